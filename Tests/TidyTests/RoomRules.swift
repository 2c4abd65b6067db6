/// Who may import whom.
enum RoomRules {
    static let own = Rule(
        name: "rooms import only the rooms below them",
        bad: [
            ("Sources/Adapters/A.swift", "import RotationEngine"),
            ("Sources/RotationEngine/A.swift", "public import Adapters"),
            ("Sources/holdover/A.swift", "@testable import RotationTesting"),
            ("Sources/Attic/A.swift", "let a = 1"),
            ("Sources/RotationCore/A.swift", "import Foundation"),
            ("Sources/RotationCore/A.swift", "internal import struct Foundation.Data"),
        ],
        good: [
            ("Sources/Adapters/A.swift", "public import RotationCore\n// import RotationEngine"),
            ("Tests/AdaptersTests/A.swift", "import RotationEngine"),
        ]
    ) { file in
        guard let room = file.room else { return [] }
        guard let below = Allowed.rooms[String(room)] else {
            return [file.problem(0, "the room \(room) is new: give it a row in Allowed.rooms")]
        }
        return imports(in: file).compactMap { index, module in
            if room == "RotationCore" {
                return file.problem(
                    index, "the core imports nothing: take \(module) as a port, or move this out")
            }
            guard Allowed.rooms[module] != nil, !below.contains(module) else { return nil }
            return file.problem(
                index, "\(room) may not import \(module): arrows point down, so move what both need"
            )
        }
    }

    static let libraries = Rule(
        name: "a library is imported in the room that hides it",
        bad: [
            ("Sources/RotationEngine/Engine.swift", "import GRDB"),
            ("Sources/Adapters/A.swift", "private import Yams"),
            ("Sources/holdover/A.swift", "import class Hummingbird.Router"),
        ],
        good: [
            ("Sources/RotationEngine/Journal/A.swift", "import GRDB"),
            ("Sources/Adapters/A.swift", "let text = \"import GRDB\""),
        ]
    ) { file in
        guard file.room != nil else { return [] }
        return imports(in: file).compactMap { index, module in
            guard let places = Allowed.libraries[module], !file.lies(in: places) else { return nil }
            return file.problem(
                index, "\(module) belongs in \(places.joined(separator: ", ")): ask that room")
        }
    }

    /// The imported modules with their lines.
    static func imports(in file: SourceFile) -> [(Int, String)] {
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "func", "var", "let", "protocol", "typealias",
        ]
        return file.code.enumerated().compactMap { index, line in
            let words = line.split(whereSeparator: { $0.isWhitespace || $0 == ";" })
            guard let place = words.firstIndex(of: "import") else { return nil }
            let rest = words[(place + 1)...].drop { kinds.contains($0) }
            guard let module = rest.first?.prefix(while: { $0 != "." }), !module.isEmpty else {
                return nil
            }
            return (index, String(module))
        }
    }
}
