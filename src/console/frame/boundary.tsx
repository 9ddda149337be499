import { Component, type ComponentChildren } from 'preact';
import { ApiProblem } from '../api/problem.ts';
import { ProblemState } from '../ui/states.tsx';

interface BoundaryProps {
  readonly children: ComponentChildren;
}

/** A view that fails takes nothing else with it. Files of a version that has been replaced meanwhile are gone: then only a reload helps. */
export class Boundary extends Component<BoundaryProps, { readonly failure: unknown }> {
  override state = { failure: undefined as unknown };

  override componentDidCatch(failure: unknown): void {
    this.setState({ failure });
  }

  override render() {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    const message = failure instanceof Error ? failure.message : String(failure);
    const problem = new ApiProblem({
      status: 0,
      code: 'console',
      message: 'this page could not be shown',
      hint: `${message}. Reloading helps where the gateway has been updated meanwhile`,
    });
    return <ProblemState problem={problem} retry={() => location.reload()} />;
  }
}
