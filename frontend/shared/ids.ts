// Identifiers that nobody else will make. Works on plain http too, where crypto.randomUUID is absent.

const BYTES = 16;

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
