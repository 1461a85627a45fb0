import { parse } from 'yaml';

/** The part of a Compose file that the checks look at, with defaults filled in for `${NAME:-default}`. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets: Readonly<Record<string, { readonly file?: string }>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly user?: string;
  readonly restart?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly network_mode?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly deploy?: { readonly resources?: { readonly limits?: Readonly<Record<string, string>> } };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** Parses the YAML as Compose does: merge keys, then variables, none of which are set. */
export function readComposeFile(text: string): ComposeFile {
  const fill = (_: unknown, value: unknown) => (typeof value === 'string' ? interpolate(value) : value);
  return parse(text, fill, { merge: true });
}

function interpolate(text: string): string {
  return text.replaceAll(/\$(\$|\{(\w+)(?::?-([^}]*))?\})/g, (whole, _, name, fallback) => {
    if (whole === '$$') return '$';
    if (fallback === undefined) throw new Error(`\${${name}} has no default.`);
    return fallback;
  });
}
