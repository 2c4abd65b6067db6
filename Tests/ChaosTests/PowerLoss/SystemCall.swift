import Foundation

/// One line of strace's output, as far as it is about files below a directory or about the world.
struct SystemCall: Sendable {
    /// A line that isn't what strace is known to write.
    struct Unreadable: Error, CustomStringConvertible { let description: String }

    let name: String
    let arguments: [Data]
    /// What is behind the equals sign.
    let result: String

    var hasFailed: Bool { !(result.first?.isNumber ?? false) }
    var number: Int { Int(result.prefix(while: \.isNumber)) ?? -1 }

    /// An argument as the number that it begins with.
    func number(_ index: Int) -> Int? {
        guard arguments.indices.contains(index) else { return nil }
        return Int(
            String(decoding: arguments[index].prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
    }

    /// An argument as it stands there.
    func words(_ index: Int) -> String {
        arguments.indices.contains(index) ? String(decoding: arguments[index], as: UTF8.self) : ""
    }

    /// What a quoted argument says.
    func bytes(_ index: Int) throws -> Data {
        let quoted = arguments[index]
        guard quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"") else {
            throw Unreadable(description: "\(name): an argument is cut or no string")
        }
        return Self.decoded(quoted.dropFirst().dropLast())
    }

    /// What an open file is called: its path, or `TCP:…`; nil where the argument is no descriptor.
    func file(_ index: Int) -> String? {
        guard arguments.indices.contains(index) else { return nil }
        return Self.named(arguments[index])
    }

    /// The same of the result.
    var opened: String? { Self.named(Data(result.utf8)) }

    private static func named(_ text: Data) -> String? {
        guard let start = text.firstIndex(of: UInt8(ascii: "<")),
            let end = text.lastIndex(of: UInt8(ascii: ">")), start < end
        else { return nil }
        let inner = text[text.index(after: start)..<end]
        let isHex = inner.first == UInt8(ascii: "\\")
        let name = String(decoding: isHex ? decoded(inner) : inner, as: UTF8.self)
        return text.suffix(9) == Data("(deleted)".utf8) ? name + " (deleted)" : name
    }

    /// `\x2f\x61` as bytes.
    private static func decoded(_ hex: Data) -> Data {
        func value(_ digit: UInt8) -> UInt8 { digit < 0x40 ? digit &- 0x30 : digit &- 0x57 }
        return hex.withUnsafeBytes { text in
            var bytes = Data(count: text.count / 4)
            bytes.withUnsafeMutableBytes { made in
                var place = 0
                while place < made.count {
                    made[place] = value(text[4 * place + 2]) << 4 | value(text[4 * place + 3])
                    place += 1
                }
            }
            return bytes
        }
    }
}

extension SystemCall {
    /// A call whose line is whole: `name(arguments) = result`.
    init(line: Data) throws {
        guard let open = line.firstIndex(of: UInt8(ascii: "(")) else {
            throw Unreadable(description: String(decoding: line.prefix(80), as: UTF8.self))
        }
        name = String(decoding: line[..<open], as: UTF8.self)
        var (found, depth) = ([Data](), 0)
        var (start, place) = (line.index(after: open), line.index(after: open))
        scan: while place < line.endIndex {
            switch line[place] {
            case UInt8(ascii: "\""):
                place = line[(place + 1)...].firstIndex(of: UInt8(ascii: "\"")) ?? line.endIndex - 1
            case UInt8(ascii: "<"):
                // Nothing but hexadecimal digits or an address stands between the brackets.
                place = Self.end(ofName: place, in: line)
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")") where depth == 0: break scan
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                found.append(Data(line[start..<place]))
                start = place + 2
            default: break
            }
            place += 1
        }
        if start < place { found.append(Data(line[start..<min(place, line.endIndex)])) }
        arguments = found
        let rest = String(decoding: line[min(place + 1, line.endIndex)...], as: UTF8.self)
        guard let equals = rest.firstIndex(of: "=") else {
            throw Unreadable(description: "\(name) has no result")
        }
        result = rest[rest.index(after: equals)...].trimmingCharacters(in: .whitespaces)
    }

    private static func end(ofName start: Int, in line: Data) -> Int {
        var place = start + 1
        while place < line.endIndex {
            let isArrow = line[place - 1] == UInt8(ascii: "-")
            if line[place] == UInt8(ascii: ">"), !isArrow { return place }
            place += 1
        }
        return line.endIndex - 1
    }
}
