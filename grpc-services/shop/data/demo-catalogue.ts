import { type DemoList, demoList } from '@tiffin/lib/demo/demo-list';

/** Demo shops of one category. */
export interface DemoKitchen {
  readonly names: DemoList;
  /** What such shops say of themselves. */
  readonly promises: readonly [string, ...string[]];
}

/** In the order of the demo categories' numbers, from 1. No category has more shops than names. */
export const demoKitchens: readonly DemoKitchen[] = [
  kitchen(
    'Crumb & Crust, The Early Oven, Rye Society, Backstube Lindner, Golden Sheaf, Brotzeit, Levain Quarter, Seven Grains, The Proofing Room, Kornblume, Butter Lane, Madame Brioche, Mühle & Sohn, Warm Crust, Pretzel Yard, Salt & Poppy, Little Loaf',
    'Bread and pastry from our own sourdough.',
    'We knead at night and bake until noon.',
    'Five flours, salt, water and a long rest.',
    'Rolls for breakfast, cake for the afternoon.',
  ),
  kitchen(
    'Slurp Noodle House, Seven Bowls, Ramen Kaito, Hanoi Corner, Long Noodle, Broth & Bone, Udon Yama, Noodle Alley, Pho Linh, Soba Room, Wok & Wheat, Red Chopsticks, Lanzhou Hands, Mie Station, Saigon Steam, Tsukemen Lab, The Noodle Bar',
    'Noodles pulled by hand, broth from the night before.',
    'Big bowls for cold evenings.',
    'Twelve hours of broth, two minutes of noodles.',
    'Loud, hot and quick, as it should be.',
  ),
  kitchen(
    'Sushi Umi, Koi & Rice, Blue Tuna, Maki Atelier, Nami, Omakase Eight, Kaiyo, The Rice Boat, Sakana, Wasabi Works, Tokyo Counter, Nori Nori, Hamachi House, Sushi Hoshi, Salmon District, Little Osaka, Zen & Nigiri',
    'Fish from the morning market, rice still warm.',
    'Rolled when you order and never before.',
    'Two cooks, one knife each, no hurry.',
    'Line-caught wherever we can get it.',
  ),
  kitchen(
    'Forno Bello, Pizzeria Vesuvio, Margherita & Sons, Quattro, La Pala, Il Cortile, Stella Rossa, Napoli Express, Due Forni, Tavola Calda, Pizza Nonna, Ninety Seconds, San Marzano, Il Lievito, Bella Crosta, Pomodoro, Via Toledo',
    'Dough rested for two days, wood fire, ninety seconds.',
    'Tomatoes from Campania, basil from the yard.',
    'Thin in the middle, high at the rim.',
    'Our oven came from Naples in one piece.',
  ),
  kitchen(
    'Patty Parade, The Smash Room, Bun Voyage, Ember Burger, Double Deck, Griddle & Co, Burger Bureau, Brioche Boys, Flat Top, Stack Street, Ground Control, The Burger Garage, Cheese Please, Juicy Lucy, Pickle & Bun, Medium Rare, Beef Academy',
    'Beef ground in the house every morning.',
    'Buns from the bakery next door.',
    'Pressed flat, seared hard, served at once.',
    'Two patties, five sauces, many napkins.',
  ),
  kitchen(
    'Saffron Lane, Spice Route, Curry Leaf, Golden Tiffin, Madras Kitchen, Chili & Lime, Bombay Verandah, Cardamom, Siam Garden, Monsoon, Tamarind Tree, Masala Works, Bangkok Alley, Kaffir Lime, The Clay Oven, Ceylon House, Turmeric & Co',
    'Spices roasted and ground here every day.',
    'Mild, medium or honest.',
    'Curries that have simmered since the morning.',
    'Bread from the clay oven with every dish.',
  ),
  kitchen(
    'Taqueria Luna, El Comal, Tres Chiles, Casa Nopal, Agave, La Esquina, Masa Madre, Don Cilantro, Oaxaca Stand, El Farolito, Mariposa, Salsa Verde, Cantina Azul, Pico de Gallo, La Tortuga, Chipotle Yard, Mercado Sur',
    'Tortillas pressed to order and four salsas, one of them hot.',
    'Street food under a roof.',
    'Corn from Oaxaca, lime with everything.',
    'Three bites each, so order four.',
  ),
  kitchen(
    'Leaf & Grain, Bowl Garden, Green Hour, The Salad Desk, Sprout, Field Notes, Rocket Science, Chickpea Club, Fresh Bench, Poke Pier, Kale Force, Root & Stem, Harvest Bowl, The Green Spoon, Garden State, Lentil Love, Crisp',
    'Vegetables from farms around the city.',
    'Bowls that last until dinner.',
    'Dressings made in the morning, gone by night.',
    'Cut when you order, not the day before.',
  ),
  kitchen(
    'Dumpling Aunt, Fold & Steam, Little Basket, Momo Stop, Pleats, Bao Brothers, Jiaozi Jia, Pierogarnia, Eighteen Folds, Steam Yard, Gyoza Gang, The Bamboo Basket, Mandu House, Dim Sum Daily, Wonton Way, Himalaya Momo, Pelmeni & Friends',
    'Folded by hand, steamed or fried.',
    'Order one basket more than you think.',
    'Eighteen folds each, and we count them.',
    'Thin skins and generous fillings.',
  ),
  kitchen(
    'Gelateria Alba, Two Scoops, Cold Comfort, Pistacchio, Snowline, Gelato Orso, Vanilla Days, The Ice Works, Fior di Latte, Sorbetto, Cone & Co, Eiszeit, Minus Twelve, La Coppa, Stracciatella, Polar Circle, Sugar Frost',
    'Churned in small batches from milk, fruit and nuts.',
    'New flavours on Fridays.',
    'Packed so cold that it arrives cold.',
    'No colours, no powders, a lot of cream.',
  ),
  kitchen(
    'Kettle & Bean, Slow Drip, Morning Shift, Café Nordlicht, The Third Cup, Filter & Fern, Bohne Eins, Roast Office, Café Linden, Crema, Daily Grind, Tea & Tonic, Flat White House, Kaffeewerk, The Corner Cup, Steam & Foam, Second Sip',
    'Coffee roasted in the back room, tea in proper pots.',
    'Something cold in summer.',
    'Cups that survive the ride to your door.',
    'Beans from four farms that we know by name.',
  ),
  kitchen(
    'Charcoal Yard, Grill 44, Smoke Signal, Anatolia Grill, Iron & Oak, Ocakbaşı Usta, Ember & Ash, Spit & Fire, Balkan Rost, The Rib Room, Mangal, Low & Slow, Black Grate, Firewood, Souvlaki Stop, Glut, Hot Coals',
    'Charcoal, salt and patience.',
    'Meat and vegetables straight from the fire.',
    'Smoked over beech for half a day.',
    'Flatbread, onions and herbs with everything.',
  ),
];

/** The end of a shop's description. */
export const demoManners = [
  'A family business in its second generation.',
  'Open late, seven days a week.',
  'Small kitchen, short menu, no shortcuts.',
  'We deliver by bicycle.',
  'Our boxes come back to us and are used again.',
  'Ask us about allergens.',
  'Vegetarian and vegan dishes on every page of the menu.',
  'Big orders welcome a day ahead.',
] as const;

export const demoAreas = ['Mitte', 'Nord', 'Süd', 'West', 'Ost'] as const;

function kitchen(names: string, ...promises: [string, ...string[]]): DemoKitchen {
  return { names: demoList(names), promises };
}
