import type { DemoRandom } from '@tiffin/lib/demo/demo-random';

/** What a customer wrote who gave 1 to 5 stars: a judgement, for most a detail too, and nothing at all for some. */
export function demoOpinion(stars: number, random: DemoRandom): string {
  const silent = random.next() < 0.12;
  const judgement = random.pick(judgements[stars] ?? ['']);
  const detail = random.next() < 0.6 ? ` ${random.pick(details[stars] ?? [''])}` : '';
  return silent ? '' : judgement + detail;
}

type Sentences = readonly [string, ...string[]];

const judgements: Readonly<Record<number, Sentences>> = {
  1: [
    'Not again.',
    'A disappointment from start to end.',
    'This was not what I ordered.',
    'I had to throw half of it away.',
    'The worst order in a long time.',
  ],
  2: [
    'Not to my taste.',
    'Tasty, but far too little for the price.',
    'It has been better here.',
    'A bit sad.',
    'Edible, no more.',
    'The photos promise more.',
  ],
  3: [
    'Solid, nothing special.',
    'Good food, slow delivery.',
    'Fine for a lunch break.',
    'Some dishes are great, others are not.',
    'Okay for the price.',
    'Good, but not what it was last year.',
  ],
  4: [
    'Really good, and quick.',
    'We order here every other week.',
    'Friendly people, fresh food.',
    'A safe choice.',
    'Very good, one star less for the wait.',
    'Great food in a small box.',
    'Nearly perfect.',
    'A pleasant surprise.',
  ],
  5: [
    'The best in the area!',
    'Exactly as it should be.',
    'My new favourite.',
    'Fast, friendly and delicious.',
    'Even the children finished their plates.',
    'I would eat here every day.',
    'Worth every cent.',
    'As good as on the spot.',
    'Outstanding, again.',
  ],
};

const details: Readonly<Record<number, Sentences>> = {
  1: [
    'It arrived an hour late.',
    'Half of the order was missing.',
    'Nobody answered the phone.',
    'The bag was soaked through.',
  ],
  2: [
    'The packaging leaked.',
    'Something was missing.',
    'It took more than an hour.',
    'The delivery went to the neighbours.',
  ],
  3: [
    'The portion could be bigger.',
    'A little more care would help.',
    'The driver was very friendly, though.',
    'I may try something else next time.',
  ],
  4: [
    'Generous portions.',
    'A little late, but they called.',
    'The small things are even better.',
    'Good packaging, hardly any plastic.',
    'It lasted for the next day too.',
  ],
  5: [
    'You taste that it is fresh.',
    'It came ten minutes early.',
    'They even remembered the extra napkins.',
    'Thank you for the little note!',
    'Made with love.',
    'The whole office agrees.',
  ],
};
