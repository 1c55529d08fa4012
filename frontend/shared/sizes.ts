// Sizes and lengths as people say them.

const UNIT = 1024;
const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const;

export function sizeInWords(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= UNIT && unit < UNITS.length - 1) {
    amount /= UNIT;
    unit += 1;
  }
  return `${unit === 0 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

/** Such as 1:05. */
export function lengthInWords(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
