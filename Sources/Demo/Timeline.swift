/// What the newcomer sees: lines that stay, and below them rows that are replaced.
///
/// Where lines can't be replaced, the rows come as a line of their own once a second.
actor Timeline {
    nonisolated let terminal: Terminal
    private var rows: [String] = []

    init(on terminal: Terminal) { self.terminal = terminal }

    /// A line that stays, above the rows.
    func line(_ text: String = "") { terminal.write(erasing + text + "\n" + drawn) }

    /// A heading.
    func title(_ text: String) { line("\n" + terminal.colored(text, .strong)) }

    /// One sentence about what comes next.
    func explain(_ text: String) { line(terminal.colored("# ", .faint) + text) }

    /// What is typed next.
    func prompt(_ text: String) {
        line(terminal.colored("$ ", .faint) + terminal.colored(text, .strong))
    }

    /// What a command said.
    func quote(_ text: String) { line("  " + tinted(text)) }

    /// Shows the rows in place of the ones before.
    func show(_ rows: [String]) {
        let before = erasing
        self.rows = rows
        terminal.write(before + drawn)
    }

    /// Takes the rows away.
    func clear() {
        terminal.write(erasing)
        rows = []
    }

    private var erasing: String { rows.isEmpty ? "" : "\u{1B}[\(rows.count)A\u{1B}[J" }

    private var drawn: String {
        rows.map { terminal.colored(String($0.prefix(terminal.width - 1)), .faint) + "\n" }.joined()
    }

    /// holdover writes no colours into a pipe; its signs get theirs back here.
    private func tinted(_ text: String) -> String {
        let signs: [Character: Terminal.Tone] = [
            "✓": .good, "…": .faint, "↻": .attention, "↩": .attention, "→": .attention, "■": .bad,
        ]
        guard terminal.hasColor, let sign = text.firstIndex(where: { signs[$0] != nil }),
            let tone = signs[text[sign]]
        else { return text }
        let rest = text[text.index(after: sign)...]
        return text[..<sign] + terminal.colored(String(text[sign]), tone) + rest
    }
}
