/** What the demo shops of one category sell. */
export interface DemoAssortment {
  readonly category: string;
  /** Name and usual price in cents. */
  readonly dishes: readonly (readonly [name: string, usualCents: number])[];
}

/** In the order of the categories' demo numbers, from 1. */
export const demoAssortments: readonly DemoAssortment[] = [
  assortment(
    'Bakery',
    'Sourdough Loaf 480, Rye Bread 450, Butter Croissant 240, Pain au Chocolat 280, Pretzel 150, Seeded Roll 90, Cinnamon Bun 290, Almond Croissant 320, Focaccia with Rosemary 420, Apple Turnover 260, Baguette 230, Poppy Seed Cake 310, Plum Crumble 340, Cheese Straw 180, Spelt Loaf 520, Carrot Muffin 270',
  ),
  assortment(
    'Noodles',
    'Shoyu Ramen 1290, Spicy Miso Ramen 1390, Tonkotsu Ramen 1450, Dan Dan Noodles 1190, Pad Thai 1150, Pho Bo 1240, Pho Chay 1140, Udon with Tempura 1320, Cold Soba 1090, Yaki Udon 1180, Bun Cha 1260, Laksa 1350, Biang Biang Noodles 1220, Wonton Noodle Soup 1160, Japchae 1210, Singapore Noodles 1130',
  ),
  assortment(
    'Sushi',
    'Salmon Nigiri 520, Tuna Nigiri 580, Eel Nigiri 620, Cucumber Maki 390, Avocado Maki 420, Salmon Maki 480, California Roll 890, Spicy Tuna Roll 980, Dragon Roll 1290, Rainbow Roll 1350, Tofu Inari 450, Salmon Sashimi 1190, Chirashi Bowl 1690, Edamame 450, Miso Soup 350, Sushi Set for Two 3490',
  ),
  assortment(
    'Pizza',
    'Margherita 890, Marinara 790, Quattro Formaggi 1190, Diavola 1150, Prosciutto e Funghi 1180, Capricciosa 1220, Napoli 1090, Ortolana 1120, Bufalina 1290, Calzone 1240, Tonno e Cipolla 1160, Pizza Bianca 990, Salsiccia e Friarielli 1310, Tartufo 1490, Rucola e Grana 1270, Hawaii 1080',
  ),
  assortment(
    'Burgers',
    'Classic Burger 990, Cheeseburger 1090, Bacon Burger 1190, Double Cheeseburger 1390, Mushroom Swiss Burger 1240, Chili Burger 1150, Crispy Chicken Burger 1120, Fish Burger 1140, Halloumi Burger 1080, Black Bean Burger 1020, Blue Cheese Burger 1260, Pulled Pork Burger 1230, Smash Burger 1050, Kids Burger 690, Falafel Burger 980, Truffle Burger 1440',
  ),
  assortment(
    'Curry',
    'Chicken Tikka Masala 1290, Butter Chicken 1320, Palak Paneer 1150, Chana Masala 1050, Lamb Rogan Josh 1490, Dal Tadka 950, Thai Green Curry 1240, Thai Red Curry 1260, Massaman Curry 1340, Panang Curry 1280, Katsu Curry 1310, Vegetable Korma 1090, Prawn Malai Curry 1560, Aloo Gobi 1020, Beef Madras 1420, Pumpkin Curry 1110',
  ),
  assortment(
    'Tacos',
    'Tacos al Pastor 990, Carnitas Tacos 1020, Fish Tacos 1090, Barbacoa Tacos 1080, Cauliflower Tacos 920, Chicken Tinga Tacos 960, Bean Burrito 940, Beef Burrito 1140, Chicken Quesadilla 980, Cheese Quesadilla 860, Nachos Grande 1050, Enchiladas Verdes 1210, Chilaquiles 1060, Tostadas 890, Elote 490, Taco Box for Four 3290',
  ),
  assortment(
    'Salads & Bowls',
    'Caesar Salad 1090, Greek Salad 980, Nicoise Salad 1190, Caprese 940, Falafel Bowl 1090, Salmon Poke Bowl 1390, Tuna Poke Bowl 1420, Tofu Poke Bowl 1180, Quinoa Bowl 1120, Lentil Salad 920, Beetroot and Feta Salad 1010, Cobb Salad 1240, Glass Noodle Salad 1040, Burrito Bowl 1150, Roasted Vegetable Bowl 1060, Fattoush 960',
  ),
  assortment(
    'Dumplings',
    'Pork Gyoza 720, Vegetable Gyoza 680, Chicken Gyoza 710, Har Gow 760, Siu Mai 740, Xiao Long Bao 890, Char Siu Bao 590, Wontons in Chili Oil 780, Beef Momo 820, Vegetable Momo 760, Pierogi Ruskie 840, Pelmeni 860, Cheese Maultaschen 890, Kimchi Mandu 790, Sheng Jian Bao 870, Dumpling Sampler 1590',
  ),
  assortment(
    'Ice Cream',
    'Vanilla Ice Cream 320, Dark Chocolate Ice Cream 340, Hazelnut Gelato 350, Pistachio Gelato 390, Stracciatella 340, Lemon Sorbet 310, Mango Sorbet 330, Raspberry Sorbet 330, Salted Caramel Ice Cream 360, Yoghurt Ice Cream 320, Affogato 450, Banana Split 690, Peach Melba 650, Ice Cream Sandwich 420, Matcha Ice Cream 380, Family Tub 1290',
  ),
  assortment(
    'Coffee & Drinks',
    'Espresso 220, Cappuccino 340, Flat White 370, Filter Coffee 280, Cold Brew 410, Iced Latte 430, Chai Latte 410, Green Tea 290, Fresh Mint Tea 320, Hot Chocolate 390, Homemade Lemonade 380, Ginger Shot 290, Orange Juice 420, Mango Lassi 390, Rhubarb Spritzer 340, Kombucha 410',
  ),
  assortment(
    'Grill',
    'Chicken Shawarma 890, Lamb Kebab 1190, Adana Kebab 1150, Halloumi Skewers 980, Half Roast Chicken 1090, Spare Ribs 1590, Rump Steak 2190, Grilled Sea Bream 1890, Cevapcici 1120, Souvlaki 1080, Bratwurst with Mustard 690, Pulled Beef Plate 1490, Grilled Corn 420, Mixed Grill for Two 3890, Merguez 990, Grilled Aubergine 870',
  ),
];

/** Every demo shop sells some of these beside the dishes of its category. They belong to Coffee & Drinks. */
export const demoDrinks: DemoAssortment['dishes'] = parse(
  'Sparkling Water 250, Still Water 250, Cola 290, Apple Spritzer 310, Iced Tea 320, Ginger Ale 330, Elderflower Lemonade 340, Alcohol-free Beer 360, Tomato Juice 300, Mate Soda 330',
);

function assortment(category: string, dishes: string): DemoAssortment {
  return { category, dishes: parse(dishes) };
}

/** Reads 'Name 990, Other Name 1090'. */
function parse(dishes: string): DemoAssortment['dishes'] {
  return dishes.split(', ').map((dish) => {
    const end = dish.lastIndexOf(' ');
    return [dish.slice(0, end), Number(dish.slice(end + 1))];
  });
}
