import { fnv1a } from '@tiffin/lib/demo/fnv1a';

const firstNames = ['Ada', 'Bela', 'Caro', 'Dario', 'Emre', 'Finja', 'Goran', 'Hana', 'Ilka', 'Jonas'];
const lastInitials = 'ABDFGHKLMNPRSTVWZ';

/**
 * A `CourierDispatch` that sends nobody: each reference has a courier at once, and always the same one. For wherever no
 * dispatch is connected.
 */
export const sandboxCouriers = {
  async call({ reference }: { readonly reference: string }) {
    const hash = fnv1a(reference);
    const firstName = firstNames[hash % firstNames.length];
    const lastInitial = lastInitials[Math.floor(hash / firstNames.length) % lastInitials.length];
    return {
      kind: 'assigned',
      courierName: `${firstName} ${lastInitial}.`,
      courierReference: `sandbox-${reference}`,
    } as const;
  },
};
