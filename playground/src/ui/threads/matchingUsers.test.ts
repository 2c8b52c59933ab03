import { expect, test } from "vitest";
import { matchingUsers } from "./matchingUsers";

const users = [{ _id: "u1", name: "Joann" }, { _id: "u2", name: "Ann" }, { _id: "ann3", name: "Ben" }];
const names = (typed: string) => matchingUsers(users, typed).map(({ name }) => name);

test("without a search everybody and nobody can be chosen, and each user", () => {
  expect(names("")).toEqual(["All users", "Threads without a user", "Joann", "Ann", "Ben"]);
});

test("a search finds by name and id in any case, those first that begin with it", () => {
  expect(names(" ANN ")).toEqual(["Ann", "Ben", "Joann"]);
  expect(names("zed")).toEqual([]);
});
