// Asks the server what it reads: the latest question only, one at a time.

const LONGEST = 2400; // pixels; the server works at this size
const SMALL = 4_000_000; // bytes; larger files are made smaller here, where the browser can

export class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

export class Reader {
  // answered(answer) or failed(error) is called for each question that no later one has replaced.
  constructor(answered, failed, waiting) {
    Object.assign(this, { answered, failed, waiting });
    this.number = 0;
    this.busy = false;
    this.next = null;
  }

  forget() {
    this.number++;
    this.next = null;
  }

  // picture: a function that returns it, as a Blob or a promise of one.
  async ask(picture, single) {
    this.next = { picture, single, number: ++this.number };
    if (this.busy) return;
    this.busy = true;
    while (this.next) {
      const question = this.next;
      this.next = null;
      await this.settle(question);
    }
    this.busy = false;
  }

  async settle({ picture, single, number }) {
    const current = () => number === this.number;
    try {
      const answer = await this.read(await picture(), single, current);
      if (current()) this.answered(answer);
    } catch (error) {
      if (current()) this.failed(error);
    }
  }

  async read(picture, single, current) {
    while (current()) {
      const response = await fetch(`/predict?seen=true&single=${single}`, {
        method: "POST", body: picture, headers: { "Content-Type": picture.type || "application/octet-stream" },
      });
      if (response.ok) return response.json();
      const wait = response.headers.get("Retry-After");
      if (!wait) throw new Refused(response.status, (await response.json()).detail);
      this.waiting();
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(wait)));
    }
    return null;
  }
}

// Returns a picture file as it is, or, if it is large, made smaller.
export async function sendable(file) {
  if (file.size <= SMALL) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // paper, where it is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  } catch {
    return file; // the server may know what this browser does not
  }
}
