import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { parse } from 'yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A metric as the code declares it. */
interface Declared {
  readonly kind: string;
  readonly labels: readonly string[];
}

const root = join(import.meta.dirname, '..');
let rules: readonly Rule[];
let declared: ReadonlyMap<string, Declared>;

before(async () => {
  const { groups } = parse(await readFile(join(root, 'docker/alerts.yaml'), 'utf8'));
  rules = groups.flatMap((group: { rules: Rule[] }) => group.rules);
  declared = await readDeclaredMetrics();
});

test('the metrics of the alerts exist, with the labels that are asked for', () => {
  for (const { alert, expr } of rules) {
    const names = expr.match(/tiffin_\w+/g) ?? [];
    assert.ok(names.length > 0, `${alert} asks for no metric of ours`);
    for (const name of names) {
      const metric = find(name) ?? assert.fail(`${alert}: nobody counts ${name}`);
      for (const label of labelsOf(expr))
        assert.ok(metric.labels.includes(label), `${alert}: ${name} has no ${label}`);
      const isCounted = /\b(increase|rate)\(/.test(expr);
      assert.equal(metric.kind, isCounted ? 'counter' : 'gauge', `${alert}: ${name}`);
    }
  }
});

test('a service whose auditor is gone is missed, whichever it is', async () => {
  const { expr = '' } = rules.find(({ alert }) => alert === 'TiffinAuditMissing') ?? {};
  const missed = [...expr.matchAll(/absent\(\w+\{service="(\w+)"\}\)/g)].map(([, service]) => service);
  const audited: string[] = [];
  for await (const file of glob('grpc-services/*/main.ts', { cwd: root })) {
    const source = await readFile(join(root, file), 'utf8');
    audited.push(
      ...[...source.matchAll(/auditTask\(platform, \{\s*service: '(\w+)'/g)].flatMap(
        ([, name]) => name ?? [],
      ),
    );
  }
  assert.equal(audited.length, 5);
  assert.deepEqual(missed.sort(), audited.sort());
});

test('each alert says what to do, and speaks of labels that its expression keeps', () => {
  const names = rules.map(({ alert }) => alert);
  assert.equal(new Set(names).size, names.length);
  for (const { alert, expr, for: pending, labels, annotations } of rules) {
    assert.match(pending, /^\d+m$/, alert);
    assert.ok(['page', 'ticket'].includes(labels['severity'] ?? ''), alert);
    assert.deepEqual(Object.keys(annotations).sort(), ['action', 'summary'], alert);
    const spoken = Object.values(annotations).flatMap((text) =>
      [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label),
    );
    for (const label of spoken) assert.ok(labelsOf(expr).includes(label ?? ''), `${alert} loses ${label}`);
  }
});

/** What a histogram is made of are counters. */
function find(name: string): Declared | undefined {
  const [, histogram = ''] = /^(tiffin_\w+)_(?:bucket|count|sum)$/.exec(name) ?? [];
  const found = declared.get(name) ?? declared.get(histogram);
  return found?.kind === 'histogram' ? { ...found, kind: 'counter' } : found;
}

/** The labels that an expression groups by. */
function labelsOf(expr: string): string[] {
  return (expr.match(/by \(([^)]*)\)/)?.[1] ?? '').split(',').flatMap((label) => label.trim() || []);
}

async function readDeclaredMetrics(): Promise<Map<string, Declared>> {
  const declaration =
    /metrics\s*\.(counter|gauge|histogram)\(\{\s*name: '(tiffin_\w+)',[^}]*?(?:labelNames: \[([^\]]*)\])?,?\s*\}\)/g;
  const found = new Map<string, Declared>();
  for await (const file of glob('{lib,gateway,subgraphs,grpc-services}/**/*.ts', { cwd: root })) {
    if (file.includes('.test.') || file.includes('node_modules')) continue;
    for (const [, kind = '', name = '', labels = ''] of (await readFile(join(root, file), 'utf8')).matchAll(
      declaration,
    )) {
      found.set(name, { kind, labels: labels.match(/\w+/g) ?? [] });
    }
  }
  return found;
}
