import type { ConditionNode, PlanNode } from '@apollo/query-planner';
import { compileFetch } from './compile-fetch.ts';
import type { PlanContext } from './plan-context.ts';
import type { PlanPath } from './response-path.ts';
import type { Step } from './run.ts';

/** Compiles a node of a query plan, with all below it. `path` is where in the response the node works. */
export function compilePlan(node: PlanNode, path: PlanPath, context: PlanContext): Step {
  switch (node.kind) {
    case 'Sequence':
      return sequence(node.nodes.map((child) => compilePlan(child, path, context)));
    case 'Parallel':
      return parallel(node.nodes.map((child) => compilePlan(child, path, context)));
    case 'Flatten':
      return compilePlan(node.node, [...path, ...node.path.map(String)], context);
    case 'Fetch':
      return compileFetch(node, path, context);
    case 'Condition':
      return condition(node, path, context);
    case 'Defer':
      throw new Error('The plan has a Defer node, but the planner was not told to make any.');
  }
}

const sequence =
  (steps: readonly Step[]): Step =>
  async (run) => {
    for (let at = 0; at < steps.length; at++) {
      const work = steps[at]?.(run);
      // Once the call has ended fetches are not sent: all that a step still does is to say so.
      if (!work || run.isOver) continue;
      const open = { abandon: () => void sequence(steps.slice(at + 1))(run) };
      run.open.add(open);
      await work;
      run.open.delete(open);
      if (run.isOver) return;
    }
  };

const parallel =
  (steps: readonly Step[]): Step =>
  (run) => {
    const works = steps.map((step) => step(run)).filter((work) => work !== undefined);
    return works.length > 1 ? Promise.all(works) : works[0];
  };

function condition(node: ConditionNode, path: PlanPath, context: PlanContext): Step {
  const branch = (child: PlanNode | undefined) => child && compilePlan(child, path, context);
  const whenTrue = branch(node.ifClause);
  const whenFalse = branch(node.elseClause);
  return (run) => (run.flags.get(node.condition) ? whenTrue : whenFalse)?.(run);
}
