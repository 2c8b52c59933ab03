import { ConvexProvider, ConvexReactClient } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { loadPage } from "./app/pageCode";
import { routeOf } from "./app/router";
import { ToastProvider } from "./app/toasts";
import { findTopic, home } from "./app/topics";
import "./styles.css";

const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
const root = document.querySelector("#root");
if (root === null) throw new Error("index.html has no element #root");

const page = loadPage(findTopic(routeOf(window.location.pathname).topic) ?? home);
// For a moment nothing is better than a sign of waiting that flashes by. What comes later, or cannot be fetched, the app tells.
await Promise.race([page, new Promise((resolve) => { setTimeout(resolve, 400); })]);
createRoot(root).render(
  <StrictMode>
    <ConvexProvider client={convex}>
      <ToastProvider>
        <App />
      </ToastProvider>
    </ConvexProvider>
  </StrictMode>,
);
