import type { ModelMessage, PrepareStepFunction, StepResult, ToolSet } from "ai";
import type { ModelCallEnd, ModelCallStart } from "./callMeter.js";
import type { StepRecorder, ToolEnd, ToolStart } from "./saveSteps.js";

type Callback<Event> = (event: Event) => unknown;
type Step = StepResult<ToolSet>;
type PrepareStep = PrepareStepFunction<ToolSet>;

/** The callbacks of the app that are called beside ours. */
export type StepCallbacks = {
  prepareStep?: PrepareStep;
  onStepStart?: Callback<unknown>;
  experimental_onStepStart?: Callback<unknown>;
  onStepEnd?: Callback<Step>;
  onStepFinish?: Callback<Step>;
  onLanguageModelCallStart?: Callback<unknown>;
  experimental_onLanguageModelCallStart?: Callback<unknown>;
  onLanguageModelCallEnd?: Callback<ModelCallEnd>;
  experimental_onLanguageModelCallEnd?: Callback<ModelCallEnd>;
  onToolExecutionStart?: Callback<ToolStart>;
  experimental_onToolCallStart?: Callback<ToolStart>;
  onToolExecutionEnd?: Callback<ToolEnd>;
  experimental_onToolCallFinish?: Callback<ToolEnd>;
};

/** The SDK's callbacks that let `recorder` follow the steps; each calls the app's own as well. */
export function observeSteps(recorder: StepRecorder, app: StepCallbacks) {
  return {
    prepareStep: async (step: Parameters<PrepareStep>[0]) => {
      if (step.stepNumber === 0) recorder.began(messagesOf(step.responseMessages));
      return app.prepareStep?.(step);
    },
    onStepStart: async (event: unknown) => {
      await recorder.stepStarting();
      await (app.onStepStart ?? app.experimental_onStepStart)?.(event);
    },
    onStepEnd: async (step: Step) => {
      recorder.stepEnded(step);
      await (app.onStepEnd ?? app.onStepFinish)?.(step);
    },
    // The SDK calls the older name too if it is left in.
    onStepFinish: undefined,
    experimental_onStepStart: undefined,
    onLanguageModelCallStart: async (event: ModelCallStart) => {
      recorder.modelCallStarted(event);
      await (app.onLanguageModelCallStart ?? app.experimental_onLanguageModelCallStart)?.(event);
    },
    experimental_onLanguageModelCallStart: undefined,
    onLanguageModelCallEnd: async (event: ModelCallEnd) => {
      recorder.modelCallEnded(event);
      await (app.onLanguageModelCallEnd ?? app.experimental_onLanguageModelCallEnd)?.(event);
    },
    experimental_onLanguageModelCallEnd: undefined,
    onToolExecutionStart: async (event: ToolStart) => {
      recorder.toolStarted(event);
      await (app.onToolExecutionStart ?? app.experimental_onToolCallStart)?.(event);
    },
    experimental_onToolCallStart: undefined,
    onToolExecutionEnd: async (event: ToolEnd) => {
      recorder.toolEnded(event);
      await (app.onToolExecutionEnd ?? app.experimental_onToolCallFinish)?.(event);
    },
    experimental_onToolCallFinish: undefined,
  };
}

function messagesOf(messages: readonly ModelMessage[]): ModelMessage[] {
  return [...messages];
}
