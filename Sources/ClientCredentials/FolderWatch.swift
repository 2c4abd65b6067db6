import Glibc
import Synchronization

/// Changes of one file, seen from its folder (`inotify(7)`).
///
/// A file that is replaced by a rename takes a watch on itself away with it; the folder sees every
/// rename, and the `..data` link too that Kubernetes turns round instead of the file. Where the
/// folder itself is swapped, its parent sees that.
package final class FolderWatch: Sendable {
    /// The end of a pair of sockets by which the thread is told to end.
    private let bell: Mutex<CInt?>

    /// Calls `onChange` from a thread of its own, once for each burst of changes, until ``end()``;
    /// nil where the folder can't be watched.
    package init?(of path: String, _ onChange: @escaping @Sendable () -> Void) {
        let events = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        // No pipe: at no moment may a command that is started inherit either end.
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        var pair: [CInt] = [-1, -1]
        bell = Mutex(nil)
        guard events >= 0, socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
            Self.close([events] + pair)
            return nil
        }
        let thread = Watching(
            file: PlaceInFolder(path), events: events, stop: pair[0], onChange: onChange)
        guard thread.isWatched, thread.start() else {
            Self.close([events] + pair)
            return nil
        }
        bell.withLock { $0 = pair[1] }
    }

    /// Ends the watch; nothing is called behind it, but for what is under way.
    package func end() {
        let bell = bell.withLock { bell in
            defer { bell = nil }
            return bell
        }
        // The thread reads from the other end, sees it closed, and closes what it reads from.
        if let bell { Self.close([bell]) }
    }

    deinit { end() }

    fileprivate static func close(_ descriptors: [CInt]) {
        for descriptor in descriptors where descriptor >= 0 { _ = Glibc.close(descriptor) }
    }
}

/// A path's last name, and the folder that it is in, with a slash at its end.
private struct PlaceInFolder: Sendable {
    let folder: String
    let name: String

    init(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        name = String(parts.last ?? "")
        folder = parts.count < 2 ? "./" : parts.dropLast().joined(separator: "/") + "/"
    }

    /// Where the folder is; nil for one that has no other name.
    var folderPlace: PlaceInFolder? {
        let place = PlaceInFolder(String(folder.dropLast()))
        return ["", ".", ".."].contains(place.name) ? nil : place
    }
}

/// The thread of a watch.
private final class Watching: Sendable {
    private static let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)

    private let file: PlaceInFolder
    private let events: CInt
    private let stop: CInt
    private let onChange: @Sendable () -> Void
    /// The number of the watch on the folder; below zero for none.
    private let folderWatch: Mutex<CInt>
    /// That on the folder's parent.
    private let parentWatch: CInt

    init(
        file: PlaceInFolder, events: CInt, stop: CInt, onChange: @escaping @Sendable () -> Void
    ) {
        self.file = file
        self.events = events
        self.stop = stop
        self.onChange = onChange
        // First, so that no swap is missed. One that may not be read isn't watched.
        let swaps = UInt32(IN_MOVED_TO | IN_CREATE)
        parentWatch =
            file.folderPlace.map { inotify_add_watch(events, $0.folder, swaps) } ?? -1
        folderWatch = Mutex(inotify_add_watch(events, file.folder, Self.mask))
    }

    private var isLost: Bool { folderWatch.withLock { $0 < 0 } }
    var isWatched: Bool { parentWatch >= 0 || !isLost }

    func start() -> Bool {
        var thread = pthread_t()
        let me = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { me in
                if let me { Unmanaged<Watching>.fromOpaque(me).takeRetainedValue().run() }
                return nil
            }, me.toOpaque())
        guard failure == 0 else {
            me.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func run() {
        var polled = [
            pollfd(fd: events, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        ]
        // A folder that isn't there yet is looked for.
        while poll(&polled, 2, isLost ? 1_000 : -1) >= 0 || errno == EINTR {
            if polled[1].revents != 0 { break }
            if isLost, followFolder() { onChange() }
            if polled[0].revents != 0, changed() { onChange() }
        }
        FolderWatch.close([events, stop])
    }

    /// Whether the events that wait are about the file; also where the kernel lost some.
    private func changed() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var isMeant = false
        while true {
            let count = Glibc.read(events, &buffer, buffer.count)
            guard count > 0 else { return isMeant }
            for event in Self.events(in: buffer, count) where isAboutFile(event) { isMeant = true }
        }
    }

    private func isAboutFile(_ event: (watch: CInt, name: String)) -> Bool {
        let isSwap = event.watch == parentWatch && event.name == file.folderPlace?.name
        // Below zero the kernel lost some: anything may have happened.
        if event.watch < 0 || isSwap {
            followFolder()
            return true
        }
        // A link to where it is itself makes one watch of both.
        let isElsewhere = event.watch == parentWatch && folderWatch.withLock { $0 != event.watch }
        guard !isElsewhere else { return false }
        return event.name == file.name || event.name.hasPrefix("..") || event.name.isEmpty
    }

    /// Watches the folder that has the name now, in place of the one that had it; whether there is
    /// one.
    @discardableResult
    private func followFolder() -> Bool {
        folderWatch.withLock { watch in
            let present = inotify_add_watch(events, file.folder, Self.mask)
            if present != watch, watch >= 0, watch != parentWatch {
                inotify_rm_watch(events, watch)
            }
            watch = present
            return present >= 0
        }
    }

    private static func events(in buffer: [UInt8], _ count: Int) -> [(watch: CInt, name: String)] {
        buffer.withUnsafeBytes { bytes in
            var events: [(CInt, String)] = []
            var offset = 0
            let head = MemoryLayout<inotify_event>.size
            while offset + head <= count {
                let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let end = min(offset + head + Int(event.len), count)
                let name = bytes[(offset + head)..<end].prefix { $0 != 0 }
                events.append((event.wd, String(decoding: name, as: UTF8.self)))
                offset = end
            }
            return events
        }
    }
}
