import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  isExecutableDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { fragmentsOf } from '../fragments-of.ts';
import { fieldComparisons } from './field-comparisons.ts';
import { type LimitName, limitExceeded } from './limit-exceeded.ts';
import type { OperationLimits } from './operation-limits.ts';

/** What selections come to, with all that their fragments bring. */
interface Size {
  readonly selections: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Those of the outermost level. */
  readonly fields: number;
}

const nothing: Size = { selections: 0, depth: 0, aliases: 0, directives: 0, fields: 0 };

/**
 * Measures a document that was parsed and nothing else, so that validation and all that follows it have little to do:
 * in the time of one walk over the text, because each fragment is measured once, however often it is spread.
 * @returns the refusal, where there is one.
 */
export function measureDocument(document: DocumentNode, limits: OperationLimits): GraphQLError | undefined {
  try {
    new DocumentMeasure(document, limits).check();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return thrown;
    throw thrown;
  }
}

class DocumentMeasure {
  readonly #document: DocumentNode;
  readonly #limits: OperationLimits;
  readonly #fragments;
  /** Undefined while a fragment is being measured: who meets it then is within it. */
  readonly #fragmentSizes = new Map<string, Size | undefined>();
  readonly #spreadNames = new Set<string>();

  constructor(document: DocumentNode, limits: OperationLimits) {
    this.#document = document;
    this.#limits = limits;
    this.#fragments = fragmentsOf(document);
  }

  /** @throws GraphQLError */
  check(): void {
    const { definitions } = this.#document;
    const count = (kind: Kind) => definitions.filter((definition) => definition.kind === kind).length;
    this.#bound('OPERATIONS', count(Kind.OPERATION_DEFINITION), this.#limits.maxOperations);
    this.#bound('FRAGMENTS', count(Kind.FRAGMENT_DEFINITION), this.#limits.maxFragments);
    for (const definition of definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#sizeOfFragment(definition.name.value);
      if (definition.kind === Kind.OPERATION_DEFINITION) this.#checkOperation(definition);
    }
    this.#checkUnusedFragments();
    this.#checkComparisons();
  }

  #checkOperation({ directives, variableDefinitions, selectionSet }: OperationDefinitionNode): void {
    let own = this.#directivesOf(directives);
    for (const variable of variableDefinitions ?? []) own += this.#directivesOfVariable(variable);
    const size = this.#sizeOf(selectionSet);
    this.#bound('SELECTIONS', size.selections, this.#limits.maxSelections);
    this.#bound('DEPTH', size.depth, this.#limits.maxDepth);
    this.#bound('ROOT_FIELDS', size.fields, this.#limits.maxRootFields);
    this.#bound('ALIASES', size.aliases, this.#limits.maxAliases);
    this.#bound('DIRECTIVES', size.directives + own, this.#limits.maxDirectives);
  }

  /** Validation refuses them, but not before it has gone through them: all together may have what an operation may. */
  #checkUnusedFragments(): void {
    let selections = 0;
    for (const name of this.#fragments.keys())
      if (!this.#spreadNames.has(name)) selections += this.#sizeOfFragment(name).selections;
    this.#bound('SELECTIONS', selections, this.#limits.maxSelections);
  }

  #checkComparisons(): void {
    let comparisons = 0;
    for (const definition of this.#document.definitions) {
      if (!isExecutableDefinitionNode(definition)) continue;
      if (definition.kind === Kind.FRAGMENT_DEFINITION && this.#spreadNames.has(definition.name.value))
        continue;
      comparisons += fieldComparisons([definition.selectionSet], this.#fragments);
    }
    this.#bound('COMPARISONS', comparisons, this.#limits.maxComparisons);
  }

  #bound(limit: LimitName, size: number, maximum: number): void {
    if (size > maximum) throw limitExceeded(limit, maximum);
  }

  #sizeOfFragment(name: string): Size {
    if (this.#fragmentSizes.has(name)) {
      const size = this.#fragmentSizes.get(name);
      if (size) return size;
      // As graphql-js says it: validation would look for all cycles there are.
      throw new GraphQLError(`Cannot spread fragment "${name.slice(0, 100)}" within itself.`);
    }
    const fragment = this.#fragments.get(name);
    // That it is unknown is for validation to say.
    if (!fragment) return nothing;
    this.#fragmentSizes.set(name, undefined);
    const inside = this.#sizeOf(fragment.selectionSet);
    const size = { ...inside, directives: inside.directives + this.#directivesOf(fragment.directives) };
    this.#fragmentSizes.set(name, size);
    return size;
  }

  #sizeOf({ selections: nodes }: SelectionSetNode): Size {
    let { selections, depth, aliases, directives, fields } = nothing;
    for (const node of nodes) {
      const size = this.#sizeOfSelection(node);
      selections += 1 + size.selections;
      depth = Math.max(depth, size.depth);
      aliases += size.aliases;
      directives += size.directives + this.#directivesOf(node.directives);
      fields += size.fields;
    }
    return { selections, depth, aliases, directives, fields };
  }

  #sizeOfSelection(node: SelectionNode): Size {
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      this.#spreadNames.add(node.name.value);
      return this.#sizeOfFragment(node.name.value);
    }
    if (node.kind === Kind.INLINE_FRAGMENT) return this.#sizeOf(node.selectionSet);
    return this.#sizeOfField(node);
  }

  #sizeOfField({ alias, arguments: args, selectionSet }: FieldNode): Size {
    for (const { value } of args ?? []) this.#checkValue(value);
    const below = selectionSet ? this.#sizeOf(selectionSet) : nothing;
    return { ...below, depth: below.depth + 1, aliases: below.aliases + (alias ? 1 : 0), fields: 1 };
  }

  #directivesOf(directives: readonly DirectiveNode[] = []): number {
    for (const { arguments: args } of directives) for (const { value } of args ?? []) this.#checkValue(value);
    return directives.length;
  }

  #directivesOfVariable({ type, defaultValue, directives }: VariableDefinitionNode): number {
    this.#bound('VALUE_DEPTH', depthOfType(type), this.#limits.maxValueDepth);
    if (defaultValue) this.#checkValue(defaultValue);
    return this.#directivesOf(directives);
  }

  #checkValue(value: ValueNode): void {
    this.#bound('VALUE_DEPTH', depthOfValue(value), this.#limits.maxValueDepth);
  }
}

function depthOfValue(value: ValueNode): number {
  if (value.kind === Kind.LIST) return 1 + deepest(value.values);
  if (value.kind === Kind.OBJECT) return 1 + deepest(value.fields.map((field) => field.value));
  return 0;
}

const deepest = (values: readonly ValueNode[]): number =>
  values.reduce((depth, value) => Math.max(depth, depthOfValue(value)), 0);

const depthOfType = (type: TypeNode): number =>
  type.kind === Kind.NAMED_TYPE ? 0 : depthOfType(type.type) + (type.kind === Kind.LIST_TYPE ? 1 : 0);
