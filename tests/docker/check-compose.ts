import type { Configuration } from '../../scripts/generate/read-configuration.ts';
import type { ComposeFile, ComposeService } from './compose-file.ts';
import { type Dockerfile, imageConfigOf } from './read-dockerfile.ts';

/** What is wrong with a Compose file that the schema cannot know; a sentence each. */
export function checkCompose(
  compose: ComposeFile,
  dockerfile: Dockerfile,
  configuration: Configuration,
): string[] {
  return [
    ...checkComponents(compose, dockerfile, configuration),
    ...Object.entries(compose.services).flatMap(([name, service]) => [
      ...checkHardening(name, service, service.build && imageConfigOf(dockerfile, service.build.target).user),
      ...checkSecrecy(name, service, compose),
    ]),
    ...checkNetworks(compose, configuration),
    ...checkOrder(compose),
    ...Object.keys(compose.secrets)
      .filter((secret) => !Object.values(compose.services).some((each) => each.secrets?.includes(secret)))
      .map((secret) => `The secret ${secret} is used by nobody.`),
  ];
}

function checkComponents(
  { services }: ComposeFile,
  dockerfile: Dockerfile,
  { topology, process, components }: Configuration,
): string[] {
  const known = Object.assign({}, process, ...components.values());
  const problems: string[] = [];
  for (const [name, component] of Object.entries(topology)) {
    const service = services[name];
    if (!service?.build) {
      problems.push(`The component ${name} has no service that is built.`);
      continue;
    }
    const { target } = service.build;
    const image = dockerfile.stages.has(target) ? imageConfigOf(dockerfile, target) : undefined;
    if (image?.cmd.join(' ') !== `--run ${name}`) {
      problems.push(`${name} is built as ${target}, which does not run ${name}.`);
    }
    const environment = { ...image?.env, ...service.environment };
    for (const callee of component.calls) {
      const variable = `${callee.toUpperCase().replaceAll('-', '_')}_URL`;
      const { kind, port } = topology[callee] ?? {};
      const wanted = kind === 'subgraph' ? `http://${callee}:${port}/graphql` : `${callee}:${port}`;
      if (environment[variable] !== wanted) {
        problems.push(`${name} calls ${callee}: set its ${variable} to ${wanted}.`);
      }
    }
    if (environment['HOST'] !== '0.0.0.0')
      problems.push(`${name} does not listen to its network: set HOST to 0.0.0.0.`);
    for (const variable of Object.keys(environment)) {
      const isFile = known[variable.replace(/_FILE$/, '')]?.secret === true && variable.endsWith('_FILE');
      if (!isFile && !known[variable] && variable !== 'NODE_ENV')
        problems.push(`${name} sets ${variable}, which no component reads.`);
      if (known[variable]?.secret) problems.push(`${name} sets ${variable} in plain: use ${variable}_FILE.`);
    }
  }
  for (const [name, service] of Object.entries(services)) {
    if (service.build && !topology[name]) problems.push(`${name} is built, but is no component.`);
  }
  return problems;
}

function checkHardening(name: string, service: ComposeService, imageUser: string | undefined): string[] {
  const limits = service.deploy?.resources?.limits;
  const user = service.user ?? imageUser ?? 'root';
  const faults: [boolean | undefined, string][] = [
    [!service.read_only, 'has a writable root: set read_only'],
    [service.cap_drop?.join() !== 'ALL', 'keeps capabilities: drop ALL'],
    [service.cap_add !== undefined || service.privileged, 'gets capabilities: take them away'],
    [!service.security_opt?.includes('no-new-privileges:true'), 'may gain privileges: set no-new-privileges'],
    [/^(root|0)(:|$)/.test(user), 'runs as root: set user'],
    [service.restart !== 'unless-stopped', 'does not restart: set restart'],
    [!limits?.['cpus'] || !limits['memory'], 'has no limit of cpus and memory'],
    [!service.pids_limit, 'has no limit of processes: set pids_limit'],
    [!service.logging?.options?.['max-size'], 'may fill the disk with its log: set max-size'],
    [!service.build && !service.healthcheck, 'has no health check'],
    [!service.build && !/:\d/.test(service.image ?? ''), 'has an image without a version'],
    [service.network_mode !== undefined, 'leaves the networks of this file: remove network_mode'],
    [service.volumes?.some((volume) => volume.startsWith('/')), 'sees folders of the host'],
  ];
  return faults.filter(([isFault]) => isFault).map(([, sentence]) => `${name} ${sentence}.`);
}

function checkSecrecy(name: string, service: ComposeService, compose: ComposeFile): string[] {
  const problems: string[] = [];
  const given = service.secrets ?? [];
  for (const secret of given) {
    if (compose.secrets[secret]?.file !== `./secrets/${secret}`)
      problems.push(`${name} uses the secret ${secret}, which is not the file ./secrets/${secret}.`);
  }
  for (const [variable, value] of Object.entries(service.environment ?? {})) {
    const isFile = variable.endsWith('_FILE');
    if (isFile && !given.some((secret) => value === `/run/secrets/${secret}`))
      problems.push(`${variable} of ${name} names no secret that ${name} is given.`);
    if (!isFile && (/PASSW|SECRET|TOKEN|CREDENTIAL|_KEY/.test(variable) || /:\/\/[^/]*@/.test(value)))
      problems.push(`${variable} of ${name} looks like a secret in plain.`);
  }
  for (const word of [...(service.command ?? []), ...(service.healthcheck?.test ?? [])]) {
    if (/pass(word)?[= ]\S/i.test(word)) problems.push(`A command of ${name} holds a password.`);
  }
  return problems;
}

function checkNetworks({ services, networks }: ComposeFile, { topology }: Configuration): string[] {
  const problems: string[] = [];
  const networksOf = (name: string) => services[name]?.networks ?? [];
  const outward = new Set(Object.keys(networks).filter((network) => !networks[network]?.internal));
  for (const [name, { ports = [] }] of Object.entries(services)) {
    const isGateway = topology[name]?.kind === 'gateway';
    if (networksOf(name).length === 0) problems.push(`${name} is on the default network, which leads out.`);
    for (const network of networksOf(name)) {
      if (!networks[network]) problems.push(`${name} is on ${network}, which does not exist.`);
      if (outward.has(network) && !isGateway)
        problems.push(`${name} is on ${network}, which leads out: only the gateway may be.`);
    }
    for (const port of ports) {
      if (!isGateway) problems.push(`${name} publishes ${port}: only the gateway may.`);
      else if (!/^127\.0\.0\.1:\d+:4000$/.test(port))
        problems.push(`${name} publishes ${port}: publish 4000 on 127.0.0.1 only.`);
    }
  }
  for (const [name, { kind, calls }] of Object.entries(topology)) {
    for (const callee of [...calls, ...(kind === 'service' ? ['postgres', 'redis'] : [])]) {
      if (!networksOf(callee).some((network) => networksOf(name).includes(network)))
        problems.push(`${name} and ${callee} share no network.`);
    }
    for (const engine of kind === 'service' ? [] : ['postgres', 'redis', 'kafka']) {
      if (networksOf(engine).some((network) => networksOf(name).includes(network)))
        problems.push(`${name} can reach ${engine}, which it has no business with.`);
    }
  }
  return problems;
}

/** Compose refuses a cycle, and so does this. */
function checkOrder({ services }: ComposeFile): string[] {
  const problems: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) return void problems.push(`${[...path, name].join(' → ')} wait for each other.`);
    for (const [needed, { condition }] of Object.entries(services[name]?.depends_on ?? {})) {
      if (!services[needed]) problems.push(`${name} waits for ${needed}, which does not exist.`);
      if (condition !== 'service_healthy') problems.push(`${name} does not wait until ${needed} is healthy.`);
      visit(needed, [...path, name]);
    }
  };
  for (const name of Object.keys(services)) visit(name, []);
  return [...new Set(problems)];
}
