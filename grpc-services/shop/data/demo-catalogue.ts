/** Demo shops of one category. */
export interface DemoKitchen {
  readonly names: readonly string[];
  /** What such a shop says of itself. */
  readonly description: string;
}

/** In the order of the demo categories' numbers, from 1. No category has more shops than names. */
export const demoKitchens: readonly DemoKitchen[] = [
  kitchen(
    'Crumb & Crust, The Early Oven, Rye Society, Backstube Lindner, Golden Sheaf',
    'Bread and pastry from our own sourdough. We knead at night and bake until noon.',
  ),
  kitchen(
    'Slurp Noodle House, Seven Bowls, Ramen Kaito, Hanoi Corner, Long Noodle',
    'Noodles pulled by hand, broth from the night before. Big bowls for cold evenings.',
  ),
  kitchen(
    'Sushi Umi, Koi & Rice, Blue Tuna, Maki Atelier, Nami',
    'Fish from the morning market, rice still warm. Rolled when you order and never before.',
  ),
  kitchen(
    'Forno Bello, Pizzeria Vesuvio, Margherita & Sons, Quattro, La Pala',
    'Dough rested for two days, wood fire, ninety seconds. Tomatoes from Campania, basil from the yard.',
  ),
  kitchen(
    'Patty Parade, The Smash Room, Bun Voyage, Ember Burger, Double Deck',
    'Beef ground in the house every morning. Buns from the bakery next door.',
  ),
  kitchen(
    'Saffron Lane, Spice Route, Curry Leaf, Golden Tiffin, Madras Kitchen',
    'Spices roasted and ground here every day. Mild, medium or honest.',
  ),
  kitchen(
    'Taqueria Luna, El Comal, Tres Chiles, Casa Nopal, Agave',
    'Tortillas pressed to order and four salsas, one of them hot. Street food under a roof.',
  ),
  kitchen(
    'Leaf & Grain, Bowl Garden, Green Hour, The Salad Desk, Sprout',
    'Vegetables from farms around the city. Bowls that last until dinner.',
  ),
  kitchen(
    'Dumpling Aunt, Fold & Steam, Little Basket, Momo Stop, Pleats',
    'Folded by hand, steamed or fried. Order one basket more than you think.',
  ),
  kitchen(
    'Gelateria Alba, Two Scoops, Cold Comfort, Pistacchio, Snowline',
    'Churned in small batches from milk, fruit and nuts. New flavours on Fridays.',
  ),
  kitchen(
    'Kettle & Bean, Slow Drip, Morning Shift, Café Nordlicht, The Third Cup',
    'Coffee roasted in the back room, tea in proper pots. Something cold in summer.',
  ),
  kitchen(
    'Charcoal Yard, Grill 44, Smoke Signal, Anatolia Grill, Iron & Oak',
    'Charcoal, salt and patience. Meat and vegetables straight from the fire.',
  ),
];

export const demoAreas = ['Mitte', 'Nord', 'Süd', 'West', 'Ost'] as const;

/** What customers wrote, by their stars. */
export const demoOpinions: Readonly<Record<number, readonly [string, ...string[]]>> = {
  1: ['Arrived cold and an hour late.', 'Half of the order was missing.', 'Not again.'],
  2: ['Too salty for me.', 'Tasty, but far too little for the price.', 'The packaging leaked.'],
  3: ['Solid, nothing special.', 'Good food, slow delivery.', 'Fine for a lunch break.', ''],
  4: [
    'Really good, and still hot.',
    'Generous portions. A little late.',
    'We order here every other week.',
    'Friendly people, fresh food.',
    '',
  ],
  5: [
    'The best in the area!',
    'Exactly as it should be.',
    'My new favourite.',
    'Fast, hot and delicious.',
    'Even the children finished their plates.',
    '',
  ],
};

function kitchen(names: string, description: string): DemoKitchen {
  return { names: names.split(', '), description };
}
