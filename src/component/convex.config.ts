import { defineComponent } from "convex/server";

const component = defineComponent("agent");

export default component;
