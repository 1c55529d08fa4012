// Passkeys: what the hub says and wants as JSON, turned into what the browser takes and gives.

const BUFFERS = new Set(['challenge', 'id']);

export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis && 'credentials' in navigator;
}

/** A credential for signing in, as JSON; null when the person thought better of it. */
export async function askForPasskey(options: Record<string, unknown>): Promise<unknown> {
  return asked(() => navigator.credentials.get({ publicKey: unpacked(inner(options)) as unknown as PublicKeyCredentialRequestOptions }));
}

export async function makePasskey(options: Record<string, unknown>): Promise<unknown> {
  return asked(() => navigator.credentials.create({ publicKey: unpacked(inner(options)) as unknown as PublicKeyCredentialCreationOptions }));
}

async function asked(how: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await how();
    return credential ? packed(credential as PublicKeyCredential) : null;
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'NotAllowedError') return null;
    throw problem;
  }
}

function inner(options: Record<string, unknown>): Record<string, unknown> {
  return (options['publicKey'] ?? options['options'] ?? options) as Record<string, unknown>;
}

// The challenge, the person's id and the ids of known credentials come as base64url.
function unpacked(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return BUFFERS.has(name) ? bytesOf(value) : value;
  if (Array.isArray(value)) return value.map((each) => unpacked(each));
  if (value === null || typeof value !== 'object') return value;
  const isNamed = name === 'rp';
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, isNamed ? each : unpacked(each, key)]));
}

function packed(credential: PublicKeyCredential): unknown {
  const response: Record<string, unknown> = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    const value = (credential.response as unknown as Record<string, unknown>)[name];
    if (value instanceof ArrayBuffer) response[name] = textOf(value);
  }
  const attestation = credential.response as AuthenticatorAttestationResponse;
  if (typeof attestation.getTransports === 'function') response['transports'] = attestation.getTransports();
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

function bytesOf(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function textOf(buffer: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
}
