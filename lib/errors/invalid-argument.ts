import { AppError } from './app-error.ts';
import type { ErrorDetails } from './error-catalogue.gen.ts';

type FieldViolation = ErrorDetails['INVALID_ARGUMENT']['violations'][number];

/** More than these help nobody and would fill the error. */
const maxViolations = 20;
const maxInt64 = 2n ** 63n - 1n;

/** PostgreSQL refuses NUL, and terminals and logs act on the other control characters. */
const controlCharacter = /\p{Cc}/u;
const controlCharacterInText = /[^\P{Cc}\t\n\r]/u;
/** As the SDL says. */
const maxIdempotencyKeyChars = 64;
/** A PostgreSQL integer. */
const maxVersion = 2 ** 31 - 1;
const currencyPattern = /^[A-Z]{3}$/;
/** Only what no address can lack; whether it exists shows when mail is sent. */
const emailPattern = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/;

/**
 * Collects what is wrong with an input. Field names are paths as the client wrote them: `address.city`. Each check
 * takes an absent value as a violation, so callers skip the check of an optional field that is absent.
 */
export class Validator {
  readonly #violations = new Map<string, FieldViolation>();

  get violations(): FieldViolation[] {
    return [...this.#violations.values()];
  }

  /** The general check: `expected` completes the sentence "address.city …". A field's first violation counts. */
  check(field: string, isValid: boolean, expected: string): void {
    if (isValid || this.#violations.has(field) || this.#violations.size >= maxViolations) return;
    this.#violations.set(field, { field, expected });
  }

  /** One line of text of `min` to `max` characters. Blanks at its ends do not count towards `min`. */
  length(field: string, value: string | undefined, min: number, max: number): void {
    this.#string(field, value, min, max, controlCharacter);
  }

  /** The same for text of several lines. */
  text(field: string, value: string | undefined, min: number, max: number): void {
    this.#string(field, value, min, max, controlCharacterInText);
  }

  /** An id of ours: a decimal number from 1 to 2^63 - 1, without leading zeros. */
  id(field: string, value: string | undefined): void {
    this.check(field, value !== undefined && isId(value), 'must be an id');
  }

  /** 1 to `max` ids. A broken one is named by its place: `ids[3]`. */
  ids(field: string, values: readonly string[], max: number): void {
    const isCountValid = values.length >= 1 && values.length <= max;
    this.check(field, isCountValid, `must hold 1 to ${max} ids`);
    if (isCountValid) values.forEach((value, index) => void this.id(`${field}[${index}]`, value));
  }

  /** How many items a page may hold: 1 to `max`. */
  pageSize(field: string, value: number | undefined, max: number): void {
    this.integerBetween(field, value, 1, max);
  }

  /** Chosen by the client: one line of 1 to 64 characters. A UUID is a good one. */
  idempotencyKey(field: string, value: string | undefined): void {
    this.length(field, value, 1, maxIdempotencyKeyChars);
  }

  /** The version of a row that a change rests on. */
  version(field: string, value: number | undefined): void {
    this.integerBetween(field, value, 1, maxVersion);
  }

  email(field: string, value: string | undefined): void {
    const isValid = value !== undefined && value.length <= 254 && isClean(value, controlCharacter);
    this.check(field, isValid && emailPattern.test(value), 'must be an e-mail address');
  }

  integerBetween(field: string, value: number | undefined, min: number, max: number): void {
    const isValid = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
    this.check(field, isValid, `must be a whole number from ${min} to ${max}`);
  }

  /** An amount of `minCents` or more, in a currency of three capital letters. */
  money(
    field: string,
    value: { readonly amountCents: number; readonly currency: string } | undefined,
    minCents = 0,
    maxCents = Number.MAX_SAFE_INTEGER,
  ): void {
    this.check(field, value !== undefined, 'must be given');
    if (!value) return;
    this.integerBetween(`${field}.amountCents`, value.amountCents, minCents, maxCents);
    const expected = 'must be three capital letters, such as EUR';
    this.check(`${field}.currency`, currencyPattern.test(value.currency), expected);
  }

  oneOf<Value extends string>(field: string, value: Value | undefined, allowed: readonly Value[]): void {
    this.check(field, value !== undefined && allowed.includes(value), `must be one of ${allowed.join(', ')}`);
  }

  #string(field: string, value: string | undefined, min: number, max: number, forbidden: RegExp): void {
    this.check(field, value !== undefined, 'must be given');
    if (value === undefined) return;
    this.check(field, isAtMost(value, max), `must be at most ${max} characters long`);
    const tooShort = min === 1 ? 'must not be empty' : `must be at least ${min} characters long`;
    this.check(field, isAtLeast(value.trim(), min), tooShort);
    this.check(
      field,
      isAtMost(value, max) && isClean(value, forbidden),
      'must not contain control characters',
    );
  }
}

/**
 * Runs the checks and throws one INVALID_ARGUMENT that lists all violations, at most 20.
 *
 *     validate((v) => {
 *       v.id('shopId', request.shopId);
 *       v.text('text', request.text, 1, 2_000);
 *     });
 */
export function validate(checks: (validator: Validator) => void): void {
  const validator = new Validator();
  checks(validator);
  const { violations } = validator;
  if (violations.length > 0) throw new AppError('INVALID_ARGUMENT', { violations });
}

/** Whether a string is an id of ours, for doors where an unknown id is simply not found. */
export function isId(value: string): boolean {
  return /^[1-9]\d{0,18}$/.test(value) && BigInt(value) <= maxInt64;
}

function isClean(value: string, forbidden: RegExp): boolean {
  return value.isWellFormed() && !forbidden.test(value);
}

/** Characters are code points, as in PostgreSQL. A UTF-16 length settles it without walking a huge string. */
function isAtMost(value: string, max: number): boolean {
  return value.length <= max || (value.length <= 2 * max && codePoints(value) <= max);
}

function isAtLeast(value: string, min: number): boolean {
  return value.length >= 2 * min || codePoints(value) >= min;
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}
