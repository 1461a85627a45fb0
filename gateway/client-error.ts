import { AppError } from '@tiffin/lib/errors/app-error';
import { isErrorCode } from '@tiffin/lib/errors/detail-codec';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { isRequestError } from '@tiffin/lib/subgraph/is-request-error';
import { GraphQLError } from 'graphql';
import { invalidDataCode } from './executor/complete-response.ts';
import { withoutSuggestions } from './without-suggestions.ts';

/** Whose errors are shown: those of the catalogue, or whatever foreign subgraphs sent. */
export type ShownErrors = 'catalogue' | 'as sent';

/** Where servers put stack traces when nobody told them not to. */
const stackKeys = ['stacktrace', 'stackTrace', 'stack', 'exception', 'debug'];

/**
 * What a client sees of an error of its operation. One that a subgraph sent with a code of the catalogue is shown as it
 * is, less the subgraph's name; so is any other one where subgraphs are foreign, less its stack trace. One that
 * graphql-js raised because of the request is shown too. Anything else is ours: it is masked, after telling `onDefect`.
 */
export function clientError(
  error: Error,
  shownErrors: ShownErrors,
  onDefect: (error: Error) => void,
): GraphQLError {
  if (error instanceof GraphQLError) {
    const { serviceName, ...extensions } = error.extensions;
    const isForeign = serviceName !== undefined || error.extensions['code'] === invalidDataCode;
    if (hasKnownCode(extensions)) return shown(error.message, error, extensions);
    if (isForeign && shownErrors === 'as sent') return shown(error.message, error, withoutStack(extensions));
    if (!isForeign && isRequestError(error)) return refusedRequest(error);
  }
  onDefect(error);
  const masked = new AppError('INTERNAL', {});
  return shown(masked.message, error, errorExtensions(masked));
}

/** What a client sees of a request that was refused before its operation ran. */
export function refusedRequest(error: Error): GraphQLError {
  if (error instanceof GraphQLError && hasKnownCode(error.extensions)) return error;
  return shown(error.message, error, { code: 'MALFORMED_REQUEST' });
}

function hasKnownCode({ code }: Record<string, unknown>): boolean {
  return typeof code === 'string' && isErrorCode(code);
}

const withoutStack = (extensions: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(extensions).filter(([key]) => !stackKeys.includes(key)));

/** graphql-js repeats values that do not fit, however long they are, once for each mistake in them. */
const maxRequestMessageChars = 500;

function messageOf(message: string, { code }: Record<string, unknown>): string {
  const said = withoutSuggestions(message);
  const isTooLong = code === 'MALFORMED_REQUEST' && said.length > maxRequestMessageChars;
  return isTooLong ? `${said.slice(0, maxRequestMessageChars)}…` : said;
}

function shown(message: string, origin: Error, extensions: Record<string, unknown>): GraphQLError {
  const { path, nodes, source, positions } = origin instanceof GraphQLError ? origin : {};
  return new GraphQLError(messageOf(message, extensions), {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
}
