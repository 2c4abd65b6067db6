import Testing

@testable import Adapters

/// A document with the mark `<@>` where a value stands.
struct DocumentFrame {
    let type: any EditableDocument.Type
    let text: String
    let path: [String]

    init(_ type: any EditableDocument.Type, _ text: String, _ path: [String]) {
        (self.type, self.text, self.path) = (type, text, path)
    }

    /// What a value is, and how it is spelled in this place.
    struct Value {
        let text: String
        let spelled: String

        init(_ text: String, _ spelled: String? = nil) {
            (self.text, self.spelled) = (text, spelled ?? text)
        }
    }

    /// All that can be typed: letters, digits and signs.
    static let printable = (0x20...0x7E).map { String(UnicodeScalar(UInt8($0))) }

    func filled(_ spelled: String) -> [UInt8] { Array(text.replacing("<@>", with: spelled).utf8) }

    /// Exchanges one value for another, and back.
    func exchange(_ old: Value, for new: Value) throws {
        let document = try type.init(reading: filled(old.spelled))
        #expect(try (document.text(at: path) ?? "") == old.text)
        let after = try document.setting(path, to: new.text)
        #expect(
            after == filled(new.spelled), "\(String(decoding: after, as: UTF8.self))")
        let reread = try type.init(reading: after)
        #expect(try reread.text(at: path) == new.text)
        #expect(try reread.setting(path, to: new.text) == after)
    }

    /// Writes `text` where `old` stands; false where that is refused.
    ///
    /// What comes of it reads back, and only what was there of `old` has changed.
    func takes(_ text: String, for old: String) throws -> Bool {
        let document = try type.init(reading: filled(old))
        let after: [UInt8]
        do throws(DocumentProblem) {
            after = try document.setting(path, to: text)
        } catch {
            #expect(error == .unrepresentable, "\(text.debugDescription)")
            return false
        }
        #expect(try type.init(reading: after).text(at: path) == text)
        let parts = self.text.split(separator: "<@>", omittingEmptySubsequences: false)
        #expect(after.starts(with: parts[0].utf8))
        #expect(after.reversed().starts(with: parts[1].utf8.reversed()))
        return true
    }

    /// The code of the refusal to read and to write; nil where both are done.
    static func refusal(_ type: any EditableDocument.Type, _ text: String, _ path: [String])
        -> String?
    {
        do throws(DocumentProblem) {
            let document = try type.init(reading: Array(text.utf8))
            _ = try document.text(at: path)
            _ = try document.setting(path, to: "new")
            return nil
        } catch {
            #expect(!error.reason.contains("old"), "the value is in the reason")
            return error.code
        }
    }

    /// What `text` becomes where the value is set to `new`; nil where that is refused.
    static func set(
        _ type: any EditableDocument.Type, _ text: String, _ path: [String], to new: String = "new"
    ) -> String? {
        guard let document = try? type.init(reading: Array(text.utf8)),
            let after = try? document.setting(path, to: new)
        else { return nil }
        return String(decoding: after, as: UTF8.self)
    }
}
