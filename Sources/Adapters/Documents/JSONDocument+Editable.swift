extension JSONDocument: EditableDocument {
    static var blank: [UInt8] { Array("{}\n".utf8) }

    init(reading bytes: [UInt8]) throws(DocumentProblem) {
        do throws(Malformed) {
            try self.init(bytes)
        } catch {
            throw .malformed("the document is not JSON from byte \(error.offset) on")
        }
    }

    func text(at path: [String]) throws(DocumentProblem) -> String? {
        switch try found(at: path) {
        case .string(let text, _): return text
        case .null, nil: return nil
        case .object, .array, .number, .boolean: throw .notAString
        }
    }

    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8] {
        switch try found(at: path) {
        case .string(_, let range), .null(let range):
            return replacing(range, with: text)
        case .object, .array, .number, .boolean:
            throw .notAString
        case nil:
            guard let key = path.last,
                case .object(let members, let range)? = try found(at: path.dropLast())
            else { throw .fieldMissing("the object around the field is missing") }
            return adding(key, text, to: members, in: range)
        }
    }

    private func found(at path: [String]) throws(DocumentProblem) -> Node? {
        do throws(Ambiguous) {
            return try node(at: path)
        } catch {
            throw .ambiguous("a key on the way to the field is there twice")
        }
    }
}
