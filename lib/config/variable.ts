import { z } from 'zod';
import { splitUrls } from './split-urls.ts';

/** One environment variable: how its text becomes a value, and what a reader of the reference must know. */
export interface Variable<Value> {
  readonly parser: z.ZodType<Value, string>;
  /** Completes "it must be …". */
  readonly expected: string;
  readonly description: string;
  readonly fallback:
    | { readonly kind: 'default'; readonly value: Value }
    | { readonly kind: 'required' | 'optional' };
  /** Never shown, and may come from the file that `<NAME>_FILE` names. */
  readonly secret: boolean;
}

interface Described {
  readonly description: string;
  readonly secret?: boolean;
}

/** A variable has a default, or is required, or may be absent; one of the three must be said. */
export type Spec<Value> = Described &
  ({ readonly default: Value } | { readonly required: true } | { readonly optional: true });

/** An optional variable may be undefined, any other has a value. */
export type ValueOf<Value, Given> = Given extends { readonly optional: true } ? Value | undefined : Value;

const MAX_TIMER_MS = 2 ** 31 - 1;
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A TCP port; 0 takes any free one. */
export function port<Given extends Spec<number>>(spec: Given): Variable<ValueOf<number, Given>> {
  return integer({ ...spec, min: 0, max: 65_535 }) as Variable<ValueOf<number, Given>>;
}

/** A whole number between `min` and `max`, both included. */
export function integer<Given extends Spec<number> & { min: number; max: number }>(
  spec: Given,
): Variable<ValueOf<number, Given>> {
  const { min, max } = spec;
  const parser = z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return variable(parser, `a whole number from ${min} to ${max}`, spec);
}

/** A share, 0 to 1: `0`, `0.01`, `1`. */
export function ratio<Given extends Spec<number>>(spec: Given): Variable<ValueOf<number, Given>> {
  const parser = z
    .string()
    .regex(/^\d(\.\d{1,15})?$/)
    .transform(Number)
    .pipe(z.number().min(0).max(1));
  return variable(parser, 'a number from 0 to 1, like 0.01', spec);
}

/** A length of time in milliseconds, written `250`, `250ms`, `30s`, `5m`, `2h` or `1d`. */
export function durationMs<Given extends Spec<number> & { min?: number; max?: number }>(
  spec: Given,
): Variable<ValueOf<number, Given>> {
  const { min = 0, max = MAX_TIMER_MS } = spec;
  const parser = z
    .string()
    .regex(/^\d{1,12}(ms|[smhd])?$/)
    .transform(toMs)
    .pipe(z.number().min(min).max(max));
  return variable(parser, `a duration from ${min} ms to ${max} ms, like 250ms, 30s, 5m or 2h`, spec);
}

function toMs(text: string): number {
  const unit = text.replace(/^\d+/, '') as keyof typeof UNIT_MS | '';
  return Number.parseInt(text, 10) * (unit === '' ? 1 : UNIT_MS[unit]);
}

/** `true`, `yes`, `on`, `1` or their opposites. */
export function boolean<Given extends Spec<boolean>>(spec: Given): Variable<ValueOf<boolean, Given>> {
  return variable(z.stringbool(), 'true or false', spec);
}

const MAX_URLS = 100;

/**
 * A URL with one of `protocols`, e.g. ['http', 'https']; or `several`, for `splitUrls`. It is given back as the text that
 * was set.
 */
export function url<Given extends Spec<string> & { protocols: readonly string[]; several?: boolean }>(
  spec: Given,
): Variable<ValueOf<string, Given>> {
  const { protocols, several = false } = spec;
  const begins = (text: string) => protocols.some((protocol) => text.startsWith(`${protocol}://`));
  const isUrl = (text: string) => begins(text) && URL.parse(text)?.hostname;
  const areUrls = (texts: readonly string[]) => texts.length <= MAX_URLS && texts.every(isUrl);
  const parser = z.string().refine((text) => areUrls(several ? splitUrls(text) : [text]));
  return variable(
    parser,
    `a URL that begins with ${protocols.map((name) => `${name}://`).join(' or ')}${several ? ', or several divided by commas' : ''}`,
    spec,
  );
}

/** A text that nobody may see, at least `minChars` long. Default 1. */
export function secret<Given extends Spec<string> & { minChars?: number }>(
  spec: Given,
): Variable<ValueOf<string, Given>> {
  const { minChars = 1 } = spec;
  return variable(z.string().min(minChars), `a text of at least ${minChars} characters`, {
    ...spec,
    secret: true,
  });
}

/** Any text. */
export function text<Given extends Spec<string>>(spec: Given): Variable<ValueOf<string, Given>> {
  return variable(z.string(), 'a text', spec);
}

/** One of a few words. */
export function choice<
  const Word extends string,
  Given extends Spec<NoInfer<Word>> & { of: readonly Word[] },
>(spec: Given & { of: readonly Word[] }): Variable<ValueOf<Word, Given>> {
  return variable(z.enum(spec.of), `one of ${spec.of.join(', ')}`, spec as Spec<Word> & Given);
}

/** Texts divided by commas; blanks around them do not count. At most `maxItems`, default 100. */
export function list<Given extends Spec<readonly string[]> & { maxItems?: number }>(
  spec: Given,
): Variable<ValueOf<readonly string[], Given>> {
  const { maxItems = 100 } = spec;
  const split = (value: string): readonly string[] =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const parser = z.string().transform(split).pipe(z.array(z.string()).min(1).max(maxItems).readonly());
  return variable(parser, `1 to ${maxItems} texts, divided by commas`, spec);
}

function variable<Value, Given extends Spec<Value>>(
  parser: z.ZodType<Value, string>,
  expected: string,
  spec: Given,
): Variable<ValueOf<Value, Given>> {
  const fallback =
    'default' in spec
      ? { kind: 'default' as const, value: spec.default }
      : { kind: 'optional' in spec ? ('optional' as const) : ('required' as const) };
  const { description, secret = false } = spec;
  return { parser, expected, description, fallback, secret } as Variable<ValueOf<Value, Given>>;
}
