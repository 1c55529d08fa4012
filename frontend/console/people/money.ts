// Values of leads: whole numbers of a currency's smallest unit, and how people write and read them.

import { locale, number } from '../languages/language.ts';

export const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'JPY', 'INR', 'BRL', 'MXN', 'CAD', 'AUD', 'ZAR'];
const REMEMBERED = 'holdfast:currency';

export function digitsOf(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

export function money(value: number, currency: string): string {
  const amount = value / 10 ** digitsOf(currency);
  try {
    return new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(amount);
  } catch {
    return number(amount);
  }
}

/** What somebody typed, in the smallest unit; null where it is no amount. */
export function amountOf(text: string, currency: string): number | null {
  const plain = text.trim().replaceAll(/[\s'’]/gu, '').replace(',', '.');
  if (plain === '') return 0;
  if (!/^\d+(\.\d+)?$/u.test(plain)) return null;
  return Math.round(Number(plain) * 10 ** digitsOf(currency));
}

export function typed(value: number, currency: string): string {
  return value ? (value / 10 ** digitsOf(currency)).toFixed(value % 10 ** digitsOf(currency) ? digitsOf(currency) : 0) : '';
}

/** The currency that was used here last. */
export function usualCurrency(): string {
  return localStorage.getItem(REMEMBERED) ?? 'EUR';
}

export function rememberCurrency(currency: string): void {
  localStorage.setItem(REMEMBERED, currency);
}
