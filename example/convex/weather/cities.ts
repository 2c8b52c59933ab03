/** What the averages of a month say. `rainPercent`: share of days with rain or snow, 0 to 100. */
export interface MonthAverage {
  lowC: number;
  highC: number;
  rainPercent: number;
}

export interface City {
  name: string;
  country: string;
  january: MonthAverage;
  july: MonthAverage;
}

/** Rounded long-term averages of January and July: name | country | low, high, % of days with rain | the same in July. */
const TABLE = `
Amsterdam|Netherlands|1 6 58|13 22 42
Athens|Greece|6 13 38|24 34 5
Bangkok|Thailand|22 32 6|26 33 48
Barcelona|Spain|5 14 18|21 29 10
Beijing|China|-8 2 6|22 31 42
Berlin|Germany|-2 4 50|14 25 42
Bogotá|Colombia|7 20 28|9 19 50
Buenos Aires|Argentina|20 30 28|7 15 22
Cairo|Egypt|9 19 8|23 35 1
Cape Town|South Africa|17 27 10|8 18 38
Chicago|United States|-8 0 34|20 29 32
Copenhagen|Denmark|-1 4 52|14 22 42
Delhi|India|8 20 6|27 35 50
Dubai|United Arab Emirates|14 24 8|30 41 1
Dublin|Ireland|3 8 45|12 19 40
Hanoi|Vietnam|14 20 28|26 33 48
Helsinki|Finland|-7 -1 55|14 22 38
Istanbul|Turkey|4 9 50|20 29 12
Jakarta|Indonesia|24 30 60|24 32 18
Johannesburg|South Africa|15 26 50|4 17 3
Lagos|Nigeria|23 33 8|23 28 55
Lima|Peru|19 26 2|15 19 12
Lisbon|Portugal|8 15 40|18 28 5
London|United Kingdom|3 8 45|14 23 35
Los Angeles|United States|9 20 18|18 28 2
Madrid|Spain|1 10 26|19 33 8
Melbourne|Australia|15 26 22|7 14 48
Mexico City|Mexico|7 22 8|13 24 65
Moscow|Russia|-9 -4 58|14 24 45
Mumbai|India|18 31 1|26 30 78
Nairobi|Kenya|13 26 20|11 22 15
New York|United States|-3 4 34|21 29 34
Oslo|Norway|-6 0 42|13 22 42
Paris|France|3 8 48|16 26 38
Prague|Czechia|-3 2 45|13 25 42
Reykjavík|Iceland|-2 3 58|9 14 42
Rio de Janeiro|Brazil|23 31 42|18 26 18
Rome|Italy|3 12 28|18 31 8
San Francisco|United States|8 14 35|13 20 2
Santiago|Chile|13 30 2|3 15 22
São Paulo|Brazil|19 28 60|12 22 18
Seoul|South Korea|-6 2 20|22 29 52
Shanghai|China|2 8 32|25 32 42
Singapore|Singapore|24 30 45|25 31 42
Stockholm|Sweden|-3 1 48|14 23 38
Sydney|Australia|20 27 38|8 17 30
Tokyo|Japan|2 10 18|23 30 42
Toronto|Canada|-7 -1 45|18 27 34
Vienna|Austria|-2 3 40|15 27 40
Zurich|Switzerland|-2 3 42|14 25 42
`;

const cities: readonly City[] = TABLE.trim().split("\n").map((line) => {
  const [name = "", country = "", january = "", july = ""] = line.split("|");
  return { name, country, january: monthOf(january), july: monthOf(july) };
});

function monthOf(text: string): MonthAverage {
  const [lowC = Number.NaN, highC = Number.NaN, rainPercent = Number.NaN] = text.split(" ").map(Number);
  return { lowC, highC, rainPercent };
}

/** Case, accents and anything after a comma ("Paris, France") do not matter. */
function normalize(name: string): string {
  const [first = ""] = name.split(",");
  return first.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
}

const byName = new Map(cities.map((city) => [normalize(city.name), city]));

/** The city of that name, or null when the table has none. */
export function findCity(name: string): City | null {
  return byName.get(normalize(name)) ?? null;
}

export function knownCities(): string[] {
  return cities.map((city) => city.name);
}
