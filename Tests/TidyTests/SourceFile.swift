/// A file and what of it is code, and what comment.
///
/// Lines are counted from 1, as compilers do.
struct SourceFile: Sendable {
    /// From the package's root.
    let path: String
    /// The lines as they are.
    let lines: [Substring]
    /// The lines with comments, the insides of strings and of raw identifiers blanked out.
    let code: [Substring]
    /// The lines with everything but comments blanked out.
    let comments: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = Self.split(text)
        let masks = Masks(of: path.hasSuffix(".swift") ? text : "")
        code = Self.split(masks.code)
        comments = Self.split(masks.comments)
    }

    /// The file's name without its ending and its `+Topic`.
    var name: Substring {
        let file = path.split(separator: "/").last ?? ""
        return file.prefix { $0 != "." && $0 != "+" }
    }

    /// The room of a file under `Sources`.
    var room: Substring? {
        let steps = path.split(separator: "/")
        return steps.first == "Sources" && steps.count > 2 ? steps[1] : nil
    }

    /// A problem at a line, counted from 0.
    func problem(_ index: Int, _ message: String) -> String { "\(path):\(index + 1): \(message)" }

    /// Whether the file lies at or below one of these.
    func lies(in places: [String]) -> Bool {
        places.contains { path == $0 || ($0.hasSuffix("/") && path.hasPrefix($0)) }
    }

    private static func split(_ text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
