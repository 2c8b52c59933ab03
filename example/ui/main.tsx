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

// One that cannot be fetched is told of by the app.
await Promise.allSettled([loadPage(findTopic(routeOf(window.location.pathname).topic) ?? home)]);
createRoot(root).render(
  <StrictMode>
    <ConvexProvider client={convex}>
      <ToastProvider>
        <App />
      </ToastProvider>
    </ConvexProvider>
  </StrictMode>,
);
