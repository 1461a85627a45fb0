import {
  type AccessRule,
  AccessRuleKind,
  type CheckAccessResponse,
} from '@tiffin/proto/gen/tiffin/access/v1/access';

/** What rules may need to know of a user. Only what is needed is there. */
export interface Facts {
  /** Epoch milliseconds at which the account was made. */
  readonly account: number;
  readonly areas: Areas;
  /** Completed ones. */
  readonly orders: number;
}

/** Where a unit may go. */
export interface Areas {
  /** That of the address, where one is chosen, and none if it is nobody's or another's; else those of all addresses. */
  readonly names: readonly string[];
  readonly isChosen: boolean;
}

/** One thing to know; each costs one rpc. */
export type Fact = keyof Facts;

/** Rules, made ready to be asked many times. */
export interface CompiledRules {
  /** What has to be known of a user. */
  readonly needs: ReadonlySet<Fact>;
  /** Says whether all are met; else the first that is not, in the order in which they were given, and why. */
  judge(facts: Partial<Facts>, nowMs: number): CheckAccessResponse;
}

type Rule = NonNullable<AccessRule['rule']>;
type RuleCase = Rule['$case'];
type RuleOf<Case extends RuleCase> = Extract<Rule, { $case: Case }>['value'];

/** Why a user does not meet a rule, for that user; undefined where the user does. */
type Check<Needed extends Fact> = (fact: Facts[Needed], nowMs: number) => string | undefined;

interface RuleKind<Case extends RuleCase, Needed extends Fact> {
  readonly kind: AccessRuleKind;
  readonly needs: Needed;
  /** What can be done once for all users is done here. */
  compile(rule: RuleOf<Case>): Check<Needed>;
}

const dayMs = 86_400_000;

const accountAge: RuleKind<'accountAge', 'account'> = {
  kind: AccessRuleKind.ACCOUNT_AGE,
  needs: 'account',
  compile({ minDays }) {
    const minMs = minDays * dayMs;
    return (createdMs, nowMs) => {
      const ageMs = nowMs - createdMs;
      if (ageMs >= minMs) return undefined;
      // A clock that is behind makes nobody younger than new.
      const days = Math.max(0, Math.floor(ageMs / dayMs));
      return `Your account is ${count(days, 'day')} old; it must be ${count(minDays, 'day')} old.`;
    };
  },
};

const area: RuleKind<'area', 'areas'> = {
  kind: AccessRuleKind.AREA,
  needs: 'areas',
  compile({ areas }) {
    const wanted = new Set(areas.map(comparable));
    const places = anyOf(areas);
    return ({ names, isChosen }) => {
      if (names.some((name) => wanted.has(comparable(name)))) return undefined;
      return isChosen ? `This address is not in ${places}.` : `You have no address in ${places}.`;
    };
  },
};

const pastOrders: RuleKind<'pastOrders', 'orders'> = {
  kind: AccessRuleKind.PAST_ORDERS,
  needs: 'orders',
  compile:
    ({ minOrders }) =>
    (completed) =>
      completed >= minOrders
        ? undefined
        : `You have completed ${count(completed, 'order')}; it takes ${minOrders} to take part.`,
};

/** A kind that the contract has and this table has not is refused by the compiler. */
const ruleKinds: {
  readonly [Case in RuleCase]: RuleKind<Case, 'account'> | RuleKind<Case, 'areas'> | RuleKind<Case, 'orders'>;
} = {
  accountAge,
  area,
  pastOrders,
};

/** Each of the rules is one of a kind that is known. */
export function compileRules(rules: readonly AccessRule[]): CompiledRules {
  const compiled = rules.flatMap(({ rule }) => (rule ? [compileRule(rule)] : []));
  return {
    needs: new Set(compiled.map(({ needs }) => needs)),
    judge(facts, nowMs) {
      for (const { kind, check } of compiled) {
        const reason = check(facts, nowMs);
        if (reason !== undefined) return { isAllowed: false, failedRule: kind, reason };
      }
      return allowed;
    },
  };
}

export const allowed: CheckAccessResponse = {
  isAllowed: true,
  failedRule: AccessRuleKind.UNSPECIFIED,
  reason: '',
};

interface CompiledRule {
  readonly kind: AccessRuleKind;
  readonly needs: Fact;
  check(facts: Partial<Facts>, nowMs: number): string | undefined;
}

function compileRule<Case extends RuleCase>(rule: Extract<Rule, { $case: Case }>): CompiledRule {
  const { kind, needs, compile } = ruleKinds[rule.$case] as RuleKind<Case, Fact>;
  const check = compile(rule.value as RuleOf<Case>);
  return {
    kind,
    needs,
    check(facts, nowMs) {
      const fact = facts[needs];
      if (fact === undefined) throw new Error(`Nobody looked up ${needs}, which ${kind} needs.`);
      return check(fact, nowMs);
    },
  };
}

/** Areas are written by people. */
const comparable = (name: string) => name.trim().toLowerCase();

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

const anyOf = (names: readonly string[]) =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : `${names[0]}`;
