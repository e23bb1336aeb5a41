// The writing pad: strokes of pointer or keyboard, in parts of its side.

const PEN = 0.07; // of the pad's side, whatever the pressure
const STEP = 0.05, SMALL_STEP = 0.0125;
const SIDE = 280, MARGIN = 40; // pixels of the picture to be read: a rule would end at its edge
const MOVES = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
};

export class Pad {
  // changed: called after each change; pen: called when the keyboard's pen is put down or lifted.
  constructor(canvas, changed, pen) {
    this.canvas = canvas;
    this.changed = changed;
    this.pen = pen;
    this.strokes = [];
    this.place = [0.5, 0.3];
    this.down = false; // the keyboard's pen
    this.pointer = null;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  get empty() {
    return this.strokes.length === 0;
  }

  undo() {
    this.lift();
    this.strokes.pop();
    this.update();
  }

  clear() {
    this.lift();
    this.strokes = [];
    this.update();
  }

  picture() {
    const paper = document.createElement("canvas");
    paper.width = paper.height = SIDE + 2 * MARGIN;
    const context = paper.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, paper.width, paper.height);
    context.translate(MARGIN, MARGIN);
    this.ink(context, SIDE, "#000");
    return new Promise((resolve) => paper.toBlob(resolve, "image/png"));
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.pointer !== null) return;
      this.lift();
      this.pointer = event.pointerId;
      canvas.setPointerCapture(event.pointerId);
      this.strokes.push([this.at(event)]);
      this.update();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      const between = event.getCoalescedEvents?.() ?? [];
      this.strokes.at(-1).push(...(between.length ? between : [event]).map((each) => this.at(each)));
      this.update();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => {
        if (event.pointerId === this.pointer) this.pointer = null;
      });
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.draw());
    canvas.addEventListener("blur", () => {
      this.lift();
      this.draw();
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in MOVES) this.move(MOVES[event.key], event.shiftKey ? SMALL_STEP : STEP);
    else if (event.key === " ") this.toggle();
    else if (event.key === "Backspace") this.undo();
    else if (event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
  }

  move(direction, step) {
    this.place = this.place.map((at, axis) => Math.min(1, Math.max(0, at + step * direction[axis])));
    if (this.down) this.strokes.at(-1).push(this.place);
    this.update(this.down);
  }

  toggle() {
    if (this.down) {
      this.lift();
    } else {
      this.down = true;
      this.strokes.push([this.place]);
      this.pen(true);
    }
    this.update();
  }

  lift() {
    if (this.down) this.pen(false);
    this.down = false;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  update(changed = true) {
    this.draw();
    if (changed) this.changed();
  }

  draw() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    this.grid(context, side);
    this.ink(context, side, "#222");
    if (this.canvas.matches(":focus-visible")) this.cursor(context, side);
  }

  // The field in which characters are practised, divided by cross and diagonals.
  grid(context, side) {
    context.strokeStyle = "#ecd0cb";
    context.lineWidth = side / 420;
    context.setLineDash([side / 70, side / 70]);
    context.beginPath();
    for (const [fromX, fromY, toX, toY] of [[0, 0, 1, 1], [1, 0, 0, 1], [0.5, 0, 0.5, 1], [0, 0.5, 1, 0.5]]) {
      context.moveTo(fromX * side, fromY * side);
      context.lineTo(toX * side, toY * side);
    }
    context.stroke();
    context.setLineDash([]);
  }

  ink(context, side, colour) {
    context.strokeStyle = colour;
    context.lineWidth = PEN * side;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      const points = stroke.map(([x, y]) => [x * side, y * side]);
      context.beginPath();
      context.moveTo(...points[0]);
      for (let each = 1; each < points.length - 1; each++) {
        const [x, y] = points[each], [nextX, nextY] = points[each + 1];
        context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
      }
      context.lineTo(...points.at(-1));
      context.stroke();
    }
  }

  cursor(context, side) {
    const [x, y] = this.place.map((at) => at * side);
    context.beginPath();
    context.arc(x, y, (PEN * side) / 2 + side / 100, 0, 2 * Math.PI);
    context.strokeStyle = "#0072B2";
    context.lineWidth = side / (this.down ? 80 : 160);
    context.stroke();
  }
}
