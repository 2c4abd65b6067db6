extension DotenvDocument: EditableDocument {
    init(reading bytes: [UInt8]) throws(DocumentProblem) {
        self = try Self.understood { () throws(Malformed) in try DotenvDocument(bytes) }
    }

    func text(at path: [String]) throws(DocumentProblem) -> String? {
        try Self.understood { () throws(Malformed) in
            guard let found = try assignment(of: path.last ?? "") else { return nil }
            return try value(of: found)
        }
    }

    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8] {
        let name = path.last ?? ""
        let changed = try Self.understood { () throws(Malformed) in
            guard let found = try assignment(of: name) else { return adding(name, text) }
            return replacing(found, with: text)
        }
        guard let changed else { throw .unrepresentable }
        return changed
    }

    private static func understood<Result>(
        _ body: () throws(Malformed) -> Result
    ) throws(DocumentProblem) -> Result {
        do throws(Malformed) {
            return try body()
        } catch {
            switch error {
            case .quoting(let line):
                throw .malformed("a quote in line \(line) is not closed, or not at its end")
            case .repeated: throw .ambiguous("the variable is there twice")
            case .ambiguous: throw .ambiguous("the value has an escape of many meanings")
            }
        }
    }
}
