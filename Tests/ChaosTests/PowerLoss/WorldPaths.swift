/// Where things lie in the recorded directory.
enum WorldPaths {
    static let state = "var/lib/holdover"
    static let journal = "\(state)/holdover.sqlite"
    static let rollbackJournal = "\(journal)-journal"
    static let keys = "etc/holdover"
    static let key = "\(keys)/seal.key"
    static let stores = "stores"
}
