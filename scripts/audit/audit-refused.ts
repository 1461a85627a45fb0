/** Says in one sentence why nothing was looked at. */
export class AuditRefused extends Error {
  override readonly name = 'AuditRefused';
}
