export { correlate, currentCorrelationId } from './correlation.js';
export { HttpModule } from './http.module.js';
export { Input } from './input.decorator.js';
export { type FieldError, ProblemException, notFound } from './problem.exception.js';
export { ProblemFilter, toProblem, toProblemException } from './problem.filter.js';
export { ROUTE, Route } from './route.decorator.js';
