import Foundation
import RotationCore

/// JSON on one line, with sorted keys.
enum JSONText {
    static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
        return safeJSON(String(decoding: data, as: UTF8.self))
    }
}
