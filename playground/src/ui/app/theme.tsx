import { Moon, Sun } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./controls";

type Theme = "light" | "dark";

function currentTheme(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

/** Switches between light and dark, and remembers it. Until it is used, the system decides (see index.html). */
export function ThemeToggle() {
  const [theme, setTheme] = useState(currentTheme);
  const other: Theme = theme === "dark" ? "light" : "dark";
  const toggle = () => {
    document.documentElement.dataset.theme = other;
    localStorage.setItem("theme", other);
    setTheme(other);
  };
  return <IconButton label={`Use the ${other} theme`} onClick={toggle}>{theme === "dark" ? <Sun size={18} /> : <Moon size={18} />}</IconButton>;
}
