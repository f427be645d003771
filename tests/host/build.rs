//! Compiles the host's C++ side.

const SOURCES: [&str; 10] =
    ["answers", "blocks", "faults", "fence", "inputs", "lent", "node", "parameters", "plugin", "python"];

fn main() {
    let mut build = cxx_build::bridge("src/ffi.rs");
    build
        .files(SOURCES.map(|name| format!("cpp/{name}.cpp")))
        .include("include")
        .include("../../include")
        .std("c++17")
        .extra_warnings(true)
        // Only where the compiler is one of those that .ci/run tries: another one may know other warnings.
        .warnings_into_errors(std::env::var_os("AFOP_DENY_WARNINGS").is_some());
    if build.get_compiler().is_like_msvc() {
        // Without /EHs exceptions are undefined; with /EHsc none could be caught that leaves an entry point of a plugin,
        // since those are extern "C".
        build.flag("/EHs").flag("/utf-8");
    } else {
        build.flag("-Wall").flag("-Wextra");
    }
    build.compile("tdhost-cpp");

    // For the tests, which compile a plugin of their own.
    let target = std::env::var("TARGET").expect("Cargo sets TARGET");
    println!("cargo::rustc-env=TDHOST_TARGET={target}");

    println!("cargo::rerun-if-env-changed=AFOP_DENY_WARNINGS");
    for folder in ["cpp", "include", "../../include", "src/ffi.rs"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
