/** What can be chosen: everybody, nobody, or one of the users. */
export type Choice = { kind: "everyone" | "nobody"; key: string; name: string } | { kind: "user"; key: string; userId: string; name: string };

const GENERAL: readonly Choice[] = [
  { kind: "everyone", key: "everyone", name: "All users" },
  { kind: "nobody", key: "nobody", name: "Threads without a user" },
];

/** The users whose name or id holds what was typed, those that begin with it first; all choices when nothing was. */
export function matchingUsers(users: readonly { _id: string; name: string }[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase();
  const choices = users.map(({ _id, name }): Choice => ({ kind: "user", key: `user ${_id}`, userId: _id, name }));
  if (wanted === "") return [...GENERAL, ...choices];
  const place = (choice: Choice): number => Math.min(...namesOf(choice).map((name) => name.toLowerCase().indexOf(wanted)).map((at) => (at < 0 ? Infinity : at)));
  const found = choices.map((choice) => ({ choice, at: place(choice) })).filter(({ at }) => at < Infinity);
  return [...found.filter(({ at }) => at === 0), ...found.filter(({ at }) => at > 0)].map(({ choice }) => choice);
}

function namesOf(choice: Choice): string[] {
  return choice.kind === "user" ? [choice.name, choice.userId] : [choice.name];
}
