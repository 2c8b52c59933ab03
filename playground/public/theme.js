// Before the first paint: a page that flashes white in the dark is worse than one small file that is waited for.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
