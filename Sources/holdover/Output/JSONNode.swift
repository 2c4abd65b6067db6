import Foundation
import RotationCore

/// JSON of any shape, as somebody else wrote it.
enum JSONNode: Codable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([JSONNode])
    case object([String: JSONNode])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONNode].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONNode].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// On one line, for people: a text as it is, anything else as JSON.
    var text: String {
        if case .text(let text) = self { return safeText(text, limit: 600) }
        return safeText(JSONText.line(self), limit: 600)
    }

    /// A number of seconds since 1970, in a year with four digits.
    var seconds: Int64? {
        let range: Range<Int64> = 0..<253_402_300_800
        switch self {
        case .integer(let value): return range.contains(value) ? value : nil
        case .number(let value):
            return value >= 0 && value < Double(range.upperBound) ? Int64(value) : nil
        default: return nil
        }
    }
}
