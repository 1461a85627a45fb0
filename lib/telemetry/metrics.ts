import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface MetricOptions<Name extends string> {
  /** With its unit at the end: `tiffin_rpc_duration_seconds`, `tiffin_errors_total`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Name[];
  /** Distinct label sets kept apart; further ones are counted under `other`. Default 200. */
  readonly maxLabelSets?: number;
}

export interface HistogramOptions<Name extends string> extends MetricOptions<Name> {
  /** Upper bounds, in the metric's unit. Default: 1 ms to 10 s, for a duration in seconds. */
  readonly buckets?: readonly number[];
}

export interface CounterMetric<Name extends string> {
  inc(labels: Labels<Name>, by?: number): void;
}

export interface GaugeMetric<Name extends string> {
  set(labels: Labels<Name>, value: number): void;
}

export interface HistogramMetric<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
}

/** The metrics of one process. Asking twice for one name gives the same metric; a clash throws. */
export interface Metrics {
  counter<Name extends string = never>(options: MetricOptions<Name>): CounterMetric<Name>;
  gauge<Name extends string = never>(options: MetricOptions<Name>): GaugeMetric<Name>;
  histogram<Name extends string = never>(options: HistogramOptions<Name>): HistogramMetric<Name>;
  /** Calls `update` before each `text()`, for values that are read rather than counted. Returns the removal. */
  beforeText(update: () => void): () => void;
  /** Everything in Prometheus' text format 0.0.4. */
  text(): Promise<string>;
}

const DEFAULT_MAX_LABEL_SETS = 200;
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const known = new Map<string, { signature: string; metric: unknown }>();
  const updates = new Set<() => void>();

  function once<Metric>(kind: string, options: MetricOptions<string>, create: () => Metric): Metric {
    const signature = `${kind}(${[...(options.labelNames ?? [])].sort().join(', ')})`;
    const present = known.get(options.name);
    if (present && present.signature !== signature) {
      throw new Error(
        `Metric ${options.name} exists as ${present.signature}; ${signature} needs another name.`,
      );
    }
    if (present) return present.metric as Metric;
    const metric = create();
    known.set(options.name, { signature, metric });
    return metric;
  }

  const base = ({ name, help, labelNames = [] }: MetricOptions<string>) => ({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });

  return {
    counter(options) {
      return once('counter', options, () => {
        const metric = new Counter(base(options));
        const bound = boundLabels(options);
        return { inc: (labels, by = 1) => metric.inc(bound(labels), by) };
      });
    },
    gauge(options) {
      return once('gauge', options, () => {
        const metric = new Gauge(base(options));
        const bound = boundLabels(options);
        return { set: (labels, value) => metric.set(bound(labels), value) };
      });
    },
    histogram(options) {
      return once('histogram', options, () => {
        const buckets = [...(options.buckets ?? DURATION_BUCKETS_SECONDS)];
        const metric = new Histogram({ ...base(options), buckets });
        const bound = boundLabels(options);
        return { observe: (labels, value) => metric.observe(bound(labels), value) };
      });
    },
    beforeText(update) {
      updates.add(update);
      return () => updates.delete(update);
    },
    text() {
      for (const update of updates) update();
      return registry.metrics();
    },
  };
}

/** Lets the first `maxLabelSets` distinct sets through; later ones become `other`, so memory stays bounded. */
function boundLabels(options: MetricOptions<string>): (labels: Labels<string>) => Labels<string> {
  const { labelNames = [], maxLabelSets = DEFAULT_MAX_LABEL_SETS } = options;
  const seen = new Set<string>();
  const other = Object.fromEntries(labelNames.map((name) => [name, 'other']));
  return (labels) => {
    const key = JSON.stringify(labelNames.map((name) => labels[name]));
    if (seen.has(key)) return labels;
    if (seen.size >= maxLabelSets) return other;
    seen.add(key);
    return labels;
  };
}
