import Foundation
public import RotationCore
import Synchronization

/// A small file of the state directory: who delivers, what was said without a journal, and what
/// arrived while the journal had no room to say so.
///
/// Its lock is another one than that of the run, so that a slow channel keeps no run from starting.
/// It has its full length from the beginning and is written in place, so that a full disk, which
/// is something to tell of, doesn't keep what was told from being remembered.
public final class AlertSlate: Sendable {
    /// What was said while there was no journal to keep it in.
    public struct Word: Sendable, Hashable, Codable {
        /// The alert.
        public var alert: Alert
        /// When each channel was last told, by its name.
        public var told: [String: Instant]

        /// A word.
        public init(alert: Alert, told: [String: Instant]) {
            self.alert = alert
            self.told = told
        }
    }

    private struct Page: Codable {
        var words: [Word] = []
        var unrecorded: [String] = []
    }

    private static let size = 8_192
    /// How many messages are remembered, so that there is room for the words.
    private static let most = 64
    private let descriptor: Int32
    /// Channels are told side by side.
    private let turn = Mutex(())

    /// Takes the slate of `directory`; nil where another process delivers, or there is no place.
    public init?(in directory: String) {
        descriptor = open(
            "\(directory)/holdover.alerts", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        // A class whose members are all set is deinitialized when its init fails: that closes.
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size < Self.size else { return }
        write([UInt8](repeating: 0x20, count: Self.size))
    }

    deinit {
        guard descriptor >= 0 else { return }
        // See ``StateLock``: a child between its fork and its exec still has the file open.
        flock(descriptor, LOCK_UN)
        Foundation.close(descriptor)
    }

    /// What was said; nothing where it is new or damaged.
    public func read() -> [Word] { page.words }

    /// Replaces what was said; what is too long, or doesn't reach the disk, is forgotten.
    public func write(_ words: [Word]) { change { $0.words = words } }

    /// The ids of messages that arrived and are still in the journal's queue.
    var unrecorded: Set<String> { Set(page.unrecorded) }

    /// Remembers that messages arrived, since the journal couldn't.
    func remember(unrecorded ids: [String]) {
        change { page in
            let others = page.unrecorded.filter { !ids.contains($0) }
            page.unrecorded = (others + ids).suffix(Self.most)
        }
    }

    /// Forgets messages, since the journal knows by now that they arrived.
    func forget(unrecorded ids: [String]) {
        change { page in page.unrecorded.removeAll { ids.contains($0) } }
    }

    private var page: Page {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return Page() }
        return (try? JSONDecoder().decode(Page.self, from: Data(bytes[..<count]))) ?? Page()
    }

    private func change(_ body: (inout Page) -> Void) {
        turn.withLock { _ in
            var page = page
            body(&page)
            write(page)
        }
    }

    private func write(_ page: Page) {
        guard let data = try? JSONEncoder().encode(page), data.count <= Self.size else {
            return write(Page(unrecorded: page.words.isEmpty ? [] : page.unrecorded))
        }
        write(Array(data) + [UInt8](repeating: 0x20, count: Self.size - data.count))
    }

    private func write(_ bytes: [UInt8]) {
        _ = pwrite(descriptor, bytes, bytes.count, 0)
        fdatasync(descriptor)
    }
}
