// Which addresses may be loaded: those of our own hub and no others.

/** A path on the hub, or the path of an address on it; "" for anything else. */
export function ownAddress(address: string | null | undefined): string {
  if (!address) return '';
  if (address.startsWith('blob:')) return address;
  try {
    const url = new URL(address, location.origin);
    return url.origin === location.origin && (url.protocol === 'http:' || url.protocol === 'https:') ? url.pathname + url.search : '';
  } catch {
    return '';
  }
}
