/** One instruction, with continued lines joined and comments left out. */
export interface Instruction {
  readonly name: string;
  readonly value: string;
}

export interface Stage {
  readonly name: string;
  /** A former stage or an image. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** What a container of a target gets, with what it inherits from the stages below. */
export interface ImageConfig {
  readonly base: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly exposes: readonly string[];
  /** The command of its health check. */
  readonly healthcheck: readonly string[];
}

export interface Dockerfile {
  /** Global arguments with their defaults. */
  readonly args: ReadonlyMap<string, string>;
  readonly stages: ReadonlyMap<string, Stage>;
}

/** Reads the part of the Dockerfile language that ours uses: exec forms as JSON, ENV as NAME=value. */
export function readDockerfile(text: string): Dockerfile {
  const args = new Map<string, string>();
  const stages = new Map<string, Stage>();
  let current: Instruction[] | undefined;
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'ARG' && !current) {
      const [name = '', value = ''] = instruction.value.split('=');
      args.set(name, value);
    } else if (instruction.name === 'FROM') {
      const [, image = '', name = ''] = /^(\S+) AS (\S+)$/.exec(instruction.value) ?? [];
      if (!name) throw new Error(`FROM ${instruction.value} gives its stage no name.`);
      current = [];
      const from = image.replaceAll(/\$\{(\w+)\}/g, (_, arg) => args.get(arg) ?? '');
      stages.set(name, { name, from, instructions: current });
    } else {
      current?.push(instruction);
    }
  }
  return { args, stages };
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const [, name, value] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
      if (line.trim() !== '' && name === undefined) throw new Error(`Not an instruction: ${line}`);
      return name === undefined || value === undefined ? [] : [{ name, value: value.trim() }];
    });
}

/** From the lowest stage up to `target`. */
export function lineageOf({ stages }: Dockerfile, target: string): Stage[] {
  const stage = stages.get(target);
  return stage ? [...lineageOf({ stages, args: new Map() }, stage.from), stage] : [];
}

export function imageConfigOf(dockerfile: Dockerfile, target: string): ImageConfig {
  const lineage = lineageOf(dockerfile, target);
  const instructions = lineage.flatMap((stage) => stage.instructions);
  const all = (name: string) => instructions.filter((each) => each.name === name).map((each) => each.value);
  const exec = (name: string): string[] =>
    JSON.parse(
      all(name)
        .at(-1)
        ?.replace(/^.*?CMD (?=\[)/, '') ?? '[]',
    );
  return {
    base: lineage[0]?.from ?? '',
    env: Object.fromEntries(
      all('ENV').flatMap((value) =>
        value.split(/\s+/).map((pair) => {
          const [name = '', ...rest] = pair.split('=');
          return [name, rest.join('=')];
        }),
      ),
    ),
    entrypoint: exec('ENTRYPOINT'),
    cmd: exec('CMD'),
    user: all('USER').at(-1) ?? '',
    exposes: all('EXPOSE'),
    healthcheck: exec('HEALTHCHECK'),
  };
}
