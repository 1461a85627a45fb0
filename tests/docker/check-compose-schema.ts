import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';

const schemaFile = new URL('../../docker/compose-schema/compose-spec.json', import.meta.url);

/** Checks a Compose file against the schema of the Compose Specification. Answers a sentence for each violation. */
export function checkComposeSchema(text: string): string[] {
  const validate = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(
    readSchema(),
  );
  if (validate(parse(text, { merge: true }))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}.`);
}

/** It says `id` where its draft says `$id`, and means nothing by it; its `$schema` misspells the draft. */
function readSchema(): object {
  const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8'), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  );
  return schema;
}
