import { type DemoList, demoList } from '@tiffin/lib/demo/demo-list';

/** What the demo shops of one category sell. */
export interface DemoAssortment {
  readonly category: string;
  /** From the cheapest to the dearest, 23 of them. */
  readonly dishes: DemoList;
}

/** In the order of the categories' demo numbers, from 1. */
export const demoAssortments: readonly DemoAssortment[] = [
  assortment(
    'Bakery',
    'Seeded Roll, Wheat Roll, Pretzel, Pretzel Stick, Cheese Straw, Baguette, Butter Croissant, Apple Turnover, Carrot Muffin, Pain au Chocolat, Cinnamon Bun, Poppy Seed Cake, Almond Croissant, Plum Crumble, Blueberry Muffin, Cheesecake Slice, Quiche Lorraine, Focaccia with Rosemary, Ciabatta, Rye Bread, Sourdough Loaf, Spelt Loaf, Walnut Bread',
  ),
  assortment(
    'Noodles',
    'Sesame Noodles, Cold Soba, Vegetable Chow Mein, Singapore Noodles, Pho Chay, Pad Thai, Wonton Noodle Soup, Yaki Udon, Dan Dan Noodles, Japchae, Biang Biang Noodles, Pho Bo, Bun Cha, Zha Jiang Mian, Shoyu Ramen, Udon with Tempura, Laksa, Spicy Miso Ramen, Curry Udon, Beef Chow Fun, Tonkotsu Ramen, Tsukemen, Ramen with Roast Duck',
  ),
  assortment(
    'Sushi',
    'Miso Soup, Cucumber Maki, Avocado Maki, Edamame, Tofu Inari, Salmon Maki, Tuna Maki, Salmon Nigiri, Wakame Salad, Tuna Nigiri, Eel Nigiri, Prawn Nigiri, California Roll, Spicy Tuna Roll, Crunchy Salmon Roll, Salmon Sashimi, Dragon Roll, Rainbow Roll, Tuna Sashimi, Chirashi Bowl, Nigiri Selection, Sashimi Selection, Sushi Set for Two',
  ),
  assortment(
    'Pizza',
    'Marinara, Margherita, Pizza Bianca, Cipolla, Hawaii, Napoli, Funghi, Ortolana, Salami, Diavola, Tonno e Cipolla, Prosciutto e Funghi, Quattro Formaggi, Spinaci e Ricotta, Capricciosa, Calzone, Rucola e Grana, Bufalina, Parmigiana, Salsiccia e Friarielli, Frutti di Mare, Bresaola, Tartufo',
  ),
  assortment(
    'Burgers',
    'Kids Burger, Falafel Burger, Black Bean Burger, Classic Burger, Smash Burger, Cheeseburger, Halloumi Burger, Crispy Chicken Burger, Fish Burger, Chili Burger, Barbecue Burger, Bacon Burger, Mushroom Swiss Burger, Pulled Pork Burger, Avocado Burger, Blue Cheese Burger, Teriyaki Burger, Double Smash Burger, Double Cheeseburger, Lamb Burger, Surf and Turf Burger, Truffle Burger, Triple Burger',
  ),
  assortment(
    'Curry',
    'Dal Tadka, Aloo Gobi, Chana Masala, Vegetable Korma, Pumpkin Curry, Baingan Bharta, Palak Paneer, Malai Kofta, Thai Green Curry, Thai Red Curry, Yellow Curry, Chicken Korma, Panang Curry, Chicken Tikka Masala, Katsu Curry, Butter Chicken, Massaman Curry, Chicken Vindaloo, Beef Madras, Beef Rendang, Lamb Rogan Josh, Goan Fish Curry, Prawn Malai Curry',
  ),
  assortment(
    'Tacos',
    'Elote, Guacamole and Chips, Bean Tacos, Cauliflower Tacos, Mushroom Tacos, Cheese Quesadilla, Tostadas, Chicken Tinga Tacos, Tacos al Pastor, Carnitas Tacos, Bean Burrito, Chorizo Tacos, Chicken Quesadilla, Fish Tacos, Barbacoa Tacos, Chilaquiles, Nachos Grande, Prawn Tacos, Chicken Burrito, Beef Burrito, Enchiladas Verdes, Mole Poblano, Taco Box for Two',
  ),
  assortment(
    'Salads & Bowls',
    'Coleslaw, Lentil Salad, Caprese, Fattoush, Greek Salad, Tabbouleh, Beetroot and Feta Salad, Glass Noodle Salad, Roasted Vegetable Bowl, Caesar Salad, Falafel Bowl, Quinoa Bowl, Burrito Bowl, Tofu Poke Bowl, Nicoise Salad, Chicken Caesar Salad, Halloumi Bowl, Cobb Salad, Teriyaki Chicken Bowl, Prawn and Mango Salad, Salmon Poke Bowl, Tuna Poke Bowl, Steak Salad',
  ),
  assortment(
    'Dumplings',
    'Char Siu Bao, Custard Bao, Vegetable Gyoza, Chicken Gyoza, Pork Gyoza, Spinach Dumplings, Siu Mai, Har Gow, Vegetable Momo, Wontons in Chili Oil, Kimchi Mandu, Chicken Momo, Beef Momo, Pierogi Ruskie, Pelmeni, Mushroom Pierogi, Sheng Jian Bao, Cheese Maultaschen, Xiao Long Bao, Manti, Prawn Gyoza, Lobster Wontons, Dumpling Sampler',
  ),
  assortment(
    'Ice Cream',
    'Lemon Sorbet, Vanilla Ice Cream, Strawberry Ice Cream, Yoghurt Ice Cream, Raspberry Sorbet, Mango Sorbet, Dark Chocolate Ice Cream, Stracciatella, Hazelnut Gelato, Coconut Ice Cream, Salted Caramel Ice Cream, Coffee Gelato, Matcha Ice Cream, Pistachio Gelato, Black Sesame Gelato, Ice Cream Sandwich, Affogato, Spaghetti Ice Cream, Peach Melba, Banana Split, Tartufo Nero, Sundae for Two, Family Tub',
  ),
  assortment(
    'Coffee & Drinks',
    'Espresso, Filter Coffee, Macchiato, Green Tea, Earl Grey, Americano, Ginger Shot, Fresh Mint Tea, Cappuccino, Rooibos Tea, Flat White, Homemade Lemonade, Hot Chocolate, Mango Lassi, Chai Latte, Kombucha, Orange Juice, Cold Brew, Iced Latte, Matcha Latte, Carrot and Apple Juice, Berry Smoothie, Green Smoothie',
  ),
  assortment(
    'Grill',
    'Grilled Corn, Flatbread with Za’atar, Bratwurst with Mustard, Grilled Aubergine, Chicken Shawarma, Chicken Wings, Halloumi Skewers, Merguez, Souvlaki, Half Roast Chicken, Cevapcici, Adana Kebab, Lamb Kebab, Pljeskavica, Pulled Beef Plate, Grilled Octopus, Spare Ribs, Lamb Chops, Grilled Sea Bream, Beef Brisket, Rump Steak, Entrecôte, Mixed Grill for Two',
  ),
];

/** Every demo shop sells some of these beside the dishes of its category. From the cheapest to the dearest, 11. */
export const demoDrinks = demoList(
  'Still Water, Sparkling Water, Cola, Tomato Juice, Apple Spritzer, Iced Tea, Ginger Ale, Mate Soda, Rhubarb Spritzer, Elderflower Lemonade, Alcohol-free Beer',
);
/** Where those belong. */
export const drinksCategoryNo = 11;

/** How dishes are praised. */
export const demoPraises = [
  'Made to order.',
  'A favourite of our regulars.',
  'Our own recipe.',
  'Fresh every day.',
  'Made with produce from the region.',
  'A generous portion.',
  'Also in a small size on request.',
  'The classic, nothing added.',
  'New on our menu.',
  'A recipe of the owner’s grandmother.',
] as const;

function assortment(category: string, dishes: string): DemoAssortment {
  return { category, dishes: demoList(dishes) };
}
