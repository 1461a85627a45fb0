import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

const EVENT_LOOP_RESOLUTION_MS = 10;
const MICROSECONDS_PER_SECOND = 1e6;
const NANOSECONDS_PER_SECOND = 1e9;

/**
 * Measures this process: CPU, memory, event loop and garbage collection. The caller owns it and calls `stop`;
 * prom-client's own default metrics cannot be stopped.
 */
export function startProcessMetrics(metrics: Metrics): { stop(): void } {
  const eventLoopDelay = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  eventLoopDelay.enable();
  const garbageCollection = observeGarbageCollection(metrics);
  const removeUpdate = metrics.beforeText(createUpdate(metrics, eventLoopDelay));
  return {
    stop() {
      removeUpdate();
      garbageCollection.disconnect();
      eventLoopDelay.disable();
    },
  };
}

function createUpdate(metrics: Metrics, delay: ReturnType<typeof monitorEventLoopDelay>): () => void {
  const cpu = metrics.counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time used since the process began.',
    labelNames: ['mode'],
  });
  const memory = metrics.gauge({
    name: 'process_memory_bytes',
    help: 'Memory in use.',
    labelNames: ['kind'],
  });
  const uptime = metrics.gauge({ name: 'process_uptime_seconds', help: 'Time since the process began.' });
  const lag = metrics.gauge({
    name: 'nodejs_event_loop_lag_seconds',
    help: 'Event loop delay since the last scrape.',
    labelNames: ['quantile'],
  });
  const utilisation = metrics.gauge({
    name: 'nodejs_event_loop_utilisation_ratio',
    help: 'Busy share of the event loop since the last scrape.',
  });
  let lastCpu: NodeJS.CpuUsage = { user: 0, system: 0 };
  let lastUtilisation = performance.eventLoopUtilization();
  return () => {
    const nowCpu = process.cpuUsage();
    cpu.inc({ mode: 'user' }, (nowCpu.user - lastCpu.user) / MICROSECONDS_PER_SECOND);
    cpu.inc({ mode: 'system' }, (nowCpu.system - lastCpu.system) / MICROSECONDS_PER_SECOND);
    lastCpu = nowCpu;
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    for (const [kind, bytes] of Object.entries({ rss, heapUsed, heapTotal, external }))
      memory.set({ kind }, bytes);
    uptime.set({}, process.uptime());
    for (const quantile of [50, 99]) {
      lag.set({ quantile: String(quantile / 100) }, delay.percentile(quantile) / NANOSECONDS_PER_SECOND);
    }
    lag.set({ quantile: '1' }, delay.max / NANOSECONDS_PER_SECOND);
    delay.reset();
    const nowUtilisation = performance.eventLoopUtilization();
    utilisation.set({}, performance.eventLoopUtilization(nowUtilisation, lastUtilisation).utilization);
    lastUtilisation = nowUtilisation;
  };
}

function observeGarbageCollection(metrics: Metrics): PerformanceObserver {
  const pause = metrics.histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Pauses for garbage collection.',
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) pause.observe({}, entry.duration / 1_000);
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
