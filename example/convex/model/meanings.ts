import { keyStems } from "./words";

/** Everyday words of one meaning; the first of a row stands for all of them. */
const MEANINGS: ReadonlyMap<string, string> = new Map(
  [
    "dog puppy hound pet", "cat kitten", "car auto vehicle", "trip travel journey holiday vacation tour", "hotel hostel accommodation lodging room",
    "eat food meal dinner lunch breakfast restaurant cook", "buy purchase order shop", "money price cost fee pay payment refund", "doctor physician hospital medicine",
    "garden plant flower tomato grow", "water watering rain", "afraid fear scared frightened", "house home flat apartment", "child kid son daughter",
    "work job office", "begin start open opening", "end finish close closing", "parcel package delivery ship shipping send", "return send-back exchange",
  ].flatMap((row) => {
    const [first = "", ...others] = row.split(" ").flatMap((word) => [...keyStems(word)]);
    return others.map((word): [string, string] => [word, first]);
  }),
);

/** The stems of the words that carry the meaning, each synonym as the word that stands for it. */
export function meaningsOf(text: string): Set<string> {
  return new Set([...keyStems(text)].map((stem) => MEANINGS.get(stem) ?? stem));
}
