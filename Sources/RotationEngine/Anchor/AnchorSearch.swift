import Foundation

/// Finds what an earlier journal of a state directory left outside of it.
public enum AnchorSearch {
    /// What the names of anchors begin with, where nobody chose another.
    public static let prefix = "holdover-anchor-"

    /// Where the anchor of a journal goes if nobody says: beside the key.
    ///
    /// The end of the id is chance; its beginning is only the second in which it was made.
    public static func path(beside key: String, databaseID: String) -> String {
        let folder = URL(fileURLWithPath: key).deletingLastPathComponent().path
        return "\(folder)/\(prefix)\(databaseID.suffix(8).lowercased())"
    }

    /// The anchors for `directory`, beside `key` or at `path`, under which a run was ever begun.
    ///
    /// The one that came furthest is first.
    public static func anchors(for directory: String, beside key: String, orAt path: String?)
        -> [(path: String, anchor: Anchor)]
    {
        let folder = URL(fileURLWithPath: key).deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let found = names.filter { $0.hasPrefix(prefix) }.map { "\(folder)/\($0)" }
        let place = AnchorSlot.place(of: directory)
        return Set(found + [path].compactMap { $0 }).sorted().compactMap { candidate in
            guard let bytes = try? DurableFile.read(candidate),
                let slot = AnchorSlot(newestOf: bytes), slot.place == place || candidate == path,
                slot.anchor.epoch > 0
            else { return nil }
            return (candidate, slot.anchor)
        }.sorted { $0.anchor.epoch > $1.anchor.epoch }
    }
}
